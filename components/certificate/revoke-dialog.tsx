'use client'
/**
 * The question before a revocation: names the certificate, or all of a phone or a person, says what stops working and whether that is
 * final, and asks for the reason in plain words. The worker does it; the page is read again when it should be done.
 */
import { useRouter } from 'next/navigation'
import { type FormEvent, useId, useState, useTransition } from 'react'
import { Alert } from '#components/ui/alert.tsx'
import { Button } from '#components/ui/button.tsx'
import { Dialog, DialogFooter } from '#components/ui/dialog.tsx'
import { Textarea } from '#components/ui/input.tsx'
import { Field } from '#components/ui/label.tsx'
import { NativeSelect } from '#components/ui/native-select.tsx'
import { AbsoluteTime } from '#components/ui/relative-time.tsx'
import { SubmitButton } from '#components/ui/submit-button.tsx'
import { isRevocationReason, type RevocationReason } from '#lib/core/x509/crl-reasons.ts'
import { certificates } from '#lib/messages/certificates.ts'
import { common } from '#lib/messages/common.ts'
import type { RevokeSubject, RevokeTarget } from './revoke-subject.ts'

const words = certificates.revoke

type Outcome = { ok: true } | { ok: false; message: string; fields: Record<string, string> }
export type Revoke = (input: RevokeTarget & { reason: RevocationReason; note?: string }) => Promise<Outcome>

/** The worker usually needs well under a second; the later look is for a busy one. */
const LOOK_AGAIN_MS = [0, 1_000, 4_000]

export default function RevokeDialog({
  subject,
  revoke,
  onClose,
}: {
  subject: RevokeSubject
  revoke: Revoke
  onClose: () => void
}) {
  const id = useId()
  const router = useRouter()
  const [failure, setFailure] = useState<Extract<Outcome, { ok: false }>>()
  const [reason, setReason] = useState('')
  const [pending, startTransition] = useTransition()
  const several = subject.certificates.length > 1
  const hold = reason === 'certificateHold'

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (pending) return
    const form = new FormData(event.currentTarget)
    const note = String(form.get('note') ?? '').trim()
    const also = form.has('alsoCancel') ? { alsoCancel: true } : {}
    if (!isRevocationReason(reason))
      return setFailure({ ok: false, message: words.needReason, fields: { reason: words.needReason } })
    startTransition(async () => {
      const result = await revoke({ ...subject.target, ...also, reason, ...(note ? { note } : {}) }).catch(
        (): Outcome => ({ ok: false, message: common.noConnection, fields: {} }),
      )
      if (!result.ok) return setFailure(result)
      for (const ms of LOOK_AGAIN_MS) setTimeout(() => router.refresh(), ms)
      onClose()
    })
  }

  return (
    <Dialog open onClose={onClose} title={subject.title} busy={pending} wide={several}>
      <form onSubmit={submit} noValidate className="space-y-4">
        {failure && !failure.fields.reason && (
          <Alert tone="destructive" title={words.failed} live>
            {failure.message}
          </Alert>
        )}
        <div>
          <p id={`${id}-stops`} className="font-medium text-sm">
            {words.stops(subject.certificates.length)}
          </p>
          <ul
            // What scrolls must be focusable.
            tabIndex={several ? 0 : undefined}
            aria-labelledby={`${id}-stops`}
            className="mt-1.5 max-h-64 divide-y overflow-y-auto rounded-md border bg-muted/50"
          >
            {subject.certificates.map((c) => (
              <li key={c.id} className="space-y-0.5 px-3 py-2 text-sm">
                <p className="foreign font-medium">{words.line(c.profile, c.phoneName)}</p>
                <p className="foreign text-muted-foreground">{c.subject}</p>
                <p className="foreign text-muted-foreground">
                  {certificates.columns.serial} <span className="font-mono text-xs">{c.serialNumber}</span>
                  {' · '}
                  {certificates.detail.until} <AbsoluteTime at={c.notAfter} />
                </p>
              </li>
            ))}
          </ul>
          <p className="mt-2 text-sm">{words.effect}</p>
          <p className="mt-1 text-sm">{hold ? words.untilReleased : words.final}</p>
        </div>
        <Field id={`${id}-reason`} label={words.reason} error={failure?.fields.reason}>
          <NativeSelect
            id={`${id}-reason`}
            name="reason"
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            aria-required
            aria-invalid={failure?.fields.reason ? true : undefined}
            aria-describedby={failure?.fields.reason ? `${id}-reason-note` : undefined}
          >
            <option value="" disabled>
              {words.chooseReason}
            </option>
            {Object.entries(words.reasons)
              .filter(([value]) => !(subject.held && value === 'certificateHold'))
              .map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
          </NativeSelect>
        </Field>
        <Field id={`${id}-note`} label={words.note} hint={words.noteHint} error={failure?.fields.note}>
          <Textarea id={`${id}-note`} name="note" maxLength={500} aria-describedby={`${id}-note-note`} />
        </Field>
        {subject.cancellable ? (
          <label className="flex items-start gap-2 text-sm">
            <input type="checkbox" name="alsoCancel" className="mt-0.5 accent-primary" />
            {words.alsoCancel(subject.cancellable)}
          </label>
        ) : null}
        <DialogFooter>
          <Button variant="outline" onClick={onClose} disabled={pending}>
            {common.cancel}
          </Button>
          <SubmitButton variant="destructive" pending={pending}>
            {hold ? words.confirmHold(subject.certificates.length) : words.confirm(subject.certificates.length)}
          </SubmitButton>
        </DialogFooter>
      </form>
    </Dialog>
  )
}
