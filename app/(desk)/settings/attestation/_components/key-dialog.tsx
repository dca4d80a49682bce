'use client'
/** Taking an imported key into the draft, or changing its note and validity. The portal reads the key and says what is wrong with it. */
import { type FormEvent, useId, useState, useTransition } from 'react'
import { Alert } from '#components/ui/alert.tsx'
import { Button } from '#components/ui/button.tsx'
import { Dialog, DialogFooter } from '#components/ui/dialog.tsx'
import { Input, Textarea } from '#components/ui/input.tsx'
import { Field } from '#components/ui/label.tsx'
import { SubmitButton } from '#components/ui/submit-button.tsx'
import type { ImportedKey, PolicyDraft } from '#lib/core/enrollment/attestation-policy.ts'
import { attestationMessages } from '#lib/messages/attestation.ts'
import { common } from '#lib/messages/common.ts'
import { readKeyAction } from '../actions.ts'
import type { KeyFacts } from '../read-policy.ts'
import type { NewKey } from './policy-editor.tsx'

const words = attestationMessages.keyDialog
const KEY_SET_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/
const DEFAULT_SET = 'ATTESTATION'

type Problems = Partial<Record<'set' | 'jwk' | 'until' | 'whole', string>>

interface Props {
  /** Null: a new key. */
  editing: { set: string; key: ImportedKey; facts: KeyFacts } | null
  sets: readonly string[]
  draft: PolicyDraft
  onClose: () => void
  onTake: (key: NewKey) => void
}

/** What a datetime-local field holds, in the browser's zone. */
const toField = (iso: string | null): string => {
  if (iso === null) return ''
  const date = new Date(iso)
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
const fromField = (text: string): string | null => (text === '' ? null : new Date(text).toISOString())

export default function KeyDialog({ editing, sets, draft, onClose, onTake }: Props) {
  const id = useId()
  const [problems, setProblems] = useState<Problems>({})
  const [pending, startTransition] = useTransition()

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (pending) return
    const form = new FormData(event.currentTarget)
    const text = (name: string) => String(form.get(name) ?? '').trim()
    const dates = { validFrom: fromField(text('from')), validUntil: fromField(text('until')) }
    const rest = { note: text('note'), ...dates }
    if (dates.validFrom !== null && dates.validUntil !== null && dates.validFrom >= dates.validUntil)
      return setProblems({ until: words.order })
    if (editing) return onTake({ ...editing, key: { ...editing.key, ...rest } })
    const set = text('set')
    if (!KEY_SET_NAME.test(set)) return setProblems({ set: attestationMessages.errors.keySet })
    startTransition(async () => {
      const read = await readKeyAction({ jwk: text('jwk') }).catch(() => ({
        ok: false as const,
        message: common.noConnection,
        fields: {} as Record<string, string>,
      }))
      if (!read.ok) return setProblems(read.fields.jwk ? { jwk: read.fields.jwk } : { whole: read.message })
      const { jwk, kid, thumbprint, bits } = read.value
      if (draft.keySets[set]?.some((key) => key.jwk.n === jwk.n)) return setProblems({ jwk: words.twice })
      onTake({ set, key: { jwk, kid, ...rest }, facts: { kid, thumbprint, bits } })
    })
  }
  const note = (name: string) => `${id}-${name}-note`
  return (
    <Dialog open wide onClose={onClose} title={editing ? words.editTitle(editing.key.kid) : words.importTitle} busy={pending}>
      <form onSubmit={submit} noValidate className="space-y-4">
        {problems.whole && (
          <Alert tone="destructive" title={words.failed} live>
            {problems.whole}
          </Alert>
        )}
        {!editing && (
          <>
            <Field id={`${id}-jwk`} label={words.jwk} hint={words.jwkHint} error={problems.jwk}>
              <Textarea
                id={`${id}-jwk`}
                name="jwk"
                rows={5}
                spellCheck={false}
                autoComplete="off"
                className="break-all font-mono"
                aria-required
                aria-invalid={problems.jwk ? true : undefined}
                aria-describedby={note('jwk')}
              />
            </Field>
            <Field id={`${id}-set`} label={words.set} hint={words.setHint} error={problems.set}>
              <Input
                id={`${id}-set`}
                name="set"
                list={`${id}-sets`}
                defaultValue={sets[0] ?? DEFAULT_SET}
                maxLength={64}
                aria-required
                aria-invalid={problems.set ? true : undefined}
                aria-describedby={note('set')}
              />
              <datalist id={`${id}-sets`}>
                {sets.map((set) => (
                  <option key={set} value={set} />
                ))}
              </datalist>
            </Field>
          </>
        )}
        <Field id={`${id}-text`} label={words.note} hint={words.noteHint}>
          <Input
            id={`${id}-text`}
            name="note"
            maxLength={500}
            defaultValue={editing?.key.note ?? ''}
            aria-describedby={note('text')}
          />
        </Field>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field id={`${id}-from`} label={words.from} hint={words.timeHint}>
            <Input
              id={`${id}-from`}
              name="from"
              type="datetime-local"
              defaultValue={toField(editing?.key.validFrom ?? null)}
              aria-describedby={note('from')}
            />
          </Field>
          <Field id={`${id}-until`} label={words.until} hint={words.timeHint} error={problems.until}>
            <Input
              id={`${id}-until`}
              name="until"
              type="datetime-local"
              defaultValue={toField(editing?.key.validUntil ?? null)}
              aria-invalid={problems.until ? true : undefined}
              aria-describedby={note('until')}
            />
          </Field>
        </div>
        <DialogFooter>
          <Button variant="outline" onClick={onClose} disabled={pending}>
            {common.cancel}
          </Button>
          <SubmitButton pending={pending}>{words.take}</SubmitButton>
        </DialogFooter>
      </form>
    </Dialog>
  )
}
