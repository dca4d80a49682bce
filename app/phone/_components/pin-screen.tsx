'use client'
import { useState } from 'react'
import { fieldClass } from '#components/ui/input.tsx'
import { Field } from '#components/ui/label.tsx'
import { phone as text } from '#lib/messages/phone.ts'
import { PhoneButton } from './phone-button.tsx'
import { ScreenTitle } from './screen-title.tsx'

type Wrong = { field: 'pin' | 'repeat'; sentence: string } | null

function judge(pin: string, repeat: string): Wrong {
  if (!/^\d{6}$/.test(pin)) return { field: 'pin', sentence: text.pin.notSix }
  return pin === repeat ? null : { field: 'repeat', sentence: text.pin.notSame }
}

export function PinScreen({ onConfirm }: { onConfirm: () => void }) {
  const [pin, setPin] = useState('')
  const [repeat, setRepeat] = useState('')
  const [wrong, setWrong] = useState<Wrong>(null)
  const entry = (id: 'pin' | 'repeat', label: string, value: string, set: (value: string) => void) => (
    <Field id={id} label={label} error={wrong?.field === id ? wrong.sentence : undefined}>
      <input
        id={id}
        type="password"
        inputMode="numeric"
        autoComplete="off"
        maxLength={6}
        value={value}
        onChange={(event) => set(event.target.value)}
        aria-invalid={wrong?.field === id}
        aria-describedby={wrong?.field === id ? `${id}-note` : undefined}
        className={`${fieldClass} h-12 text-center text-2xl tracking-[0.5em]`}
      />
    </Field>
  )
  return (
    <form
      className="flex flex-1 flex-col"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        const found = judge(pin, repeat)
        setWrong(found)
        if (found) event.currentTarget.querySelector<HTMLInputElement>(`#${found.field}`)?.focus()
        else onConfirm()
      }}
    >
      <ScreenTitle>{text.pin.title}</ScreenTitle>
      <p className="mt-1.5 text-base text-muted-foreground">{text.pin.hint}</p>
      <div className="mt-6 space-y-4">
        {entry('pin', text.pin.pin, pin, setPin)}
        {entry('repeat', text.pin.repeat, repeat, setRepeat)}
      </div>
      <div className="mt-auto space-y-2.5 pt-6">
        <p className="text-center text-muted-foreground text-sm">{text.pin.training}</p>
        <PhoneButton type="submit">{text.pin.confirm}</PhoneButton>
      </div>
    </form>
  )
}
