'use client'
/** Pins of `sch`: at most two, taken from what accepted answers carried, or typed. */
import { type ReactNode, useId, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Card, CardContent, CardHeader, CardTitle } from '#components/ui/card.tsx'
import { Input } from '#components/ui/input.tsx'
import { Field } from '#components/ui/label.tsx'
import { attestationMessages } from '#lib/messages/attestation.ts'

const words = attestationMessages.pins
const MAX_PINS = 2

interface Props {
  pins: readonly string[]
  seen: readonly { value: string; count: number }[]
  mayManage: boolean
  onChange: (pins: string[]) => void
}

/** 32 bytes in either alphabet, padded or not, as padded standard base64; null if it is something else. */
function readPin(text: string): string | null {
  const standard = text.trim().replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '')
  if (!/^[A-Za-z0-9+/]{43}$/.test(standard)) return null
  const padded = `${standard}=`
  return btoa(atob(padded)) === padded ? padded : null
}

export function PinsCard({ pins, seen, mayManage, onChange }: Props) {
  const others = seen.filter(({ value }) => !pins.includes(value))
  const mayPin = mayManage && pins.length < MAX_PINS
  return (
    <Card>
      <CardHeader>
        <CardTitle>{words.title}</CardTitle>
      </CardHeader>
      <CardContent className="space-y-4">
        <p className="text-pretty text-muted-foreground text-sm">{words.text}</p>
        <section aria-label={words.pinned} className="space-y-1">
          <h3 className="font-medium text-sm">{words.pinned}</h3>
          {pins.length === 0 && <p className="text-muted-foreground">{words.none}</p>}
          <ul>
            {pins.map((pin) => (
              <Value key={pin} value={pin}>
                {mayManage && (
                  <Button
                    size="sm"
                    variant="destructive-outline"
                    aria-label={words.unpinValue(pin)}
                    onClick={() => onChange(pins.filter((one) => one !== pin))}
                  >
                    {words.unpin}
                  </Button>
                )}
              </Value>
            ))}
          </ul>
        </section>
        <section aria-label={words.seen} className="space-y-1">
          <h3 className="font-medium text-sm">{words.seen}</h3>
          {seen.length === 0 && <p className="text-muted-foreground">{words.seenNone}</p>}
          <ul>
            {others.map(({ value, count }) => (
              <Value key={value} value={value} count={count}>
                {mayPin && (
                  <Button
                    size="sm"
                    variant="outline"
                    aria-label={words.pinValue(value)}
                    onClick={() => onChange([...pins, value])}
                  >
                    {words.pin}
                  </Button>
                )}
              </Value>
            ))}
          </ul>
        </section>
        {mayPin && <AddPin pins={pins} onAdd={(pin) => onChange([...pins, pin])} />}
        {mayManage && !mayPin && <p className="text-muted-foreground text-sm">{words.full}</p>}
      </CardContent>
    </Card>
  )
}

function Value({ value, count, children }: { value: string; count?: number; children: ReactNode }) {
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 py-0.5">
      <span className="foreign min-w-0 font-mono text-sm">{value}</span>
      {count !== undefined && <span className="text-muted-foreground text-sm">{words.count(count)}</span>}
      {children}
    </li>
  )
}

function AddPin({ pins, onAdd }: { pins: readonly string[]; onAdd: (pin: string) => void }) {
  const id = useId()
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<string>()
  const add = () => {
    const pin = readPin(text)
    if (pin === null || pins.includes(pin)) return setProblem(attestationMessages.errors.pin)
    setProblem(undefined)
    setText('')
    onAdd(pin)
  }
  return (
    <Field id={id} label={words.add} hint={words.addHint} error={problem} className="max-w-lg">
      <span className="flex gap-2">
        <Input
          id={id}
          value={text}
          spellCheck={false}
          autoComplete="off"
          className="font-mono"
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') add()
          }}
          aria-invalid={problem ? true : undefined}
          aria-describedby={`${id}-note`}
        />
        <Button variant="outline" onClick={add}>
          {words.addButton}
        </Button>
      </span>
    </Field>
  )
}
