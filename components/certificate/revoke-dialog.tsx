'use client'
/**
 * The question before a revocation: names the certificate, says what stops working and that it is final, and asks for the reason in plain
 * words. The worker does it; the page is read again when it should be done.
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

const words = certificates.revoke

export interface RevokeSubject {
  id: string
  serialNumber: string | null
  profile: string
  subject: string
  notAfter: string
  userName: string
  phoneName: string | null
}

type Outcome = { ok: true } | { ok: false; message: string; fields: Record<string, string> }
export type Revoke = (input: { certificateId: string; reason: RevocationReason; note?: string }) => Promise<Outcome>

/** The worker usually needs well under a second; the later look is for a busy one. */
const LOOK_AGAIN_MS = [0, 1_000, 4_000]

export default function RevokeDialog({
  certificate: c,
  revoke,
  onClose,
}: {
  certificate: RevokeSubject
  revoke: Revoke
  onClose: () => void
}) {
  const id = useId()
  const router = useRouter()
  const [failure, setFailure] = useState<Extract<Outcome, { ok: false }>>()
  const [pending, startTransition] = useTransition()

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (pending) return
    const form = new FormData(event.currentTarget)
    const reason = String(form.get('reason') ?? '')
    const note = String(form.get('note') ?? '').trim()
    if (!isRevocationReason(reason))
      return setFailure({ ok: false, message: words.needReason, fields: { reason: words.needReason } })
    startTransition(async () => {
      const result = await revoke({ certificateId: c.id, reason, ...(note ? { note } : {}) }).catch(
        (): Outcome => ({ ok: false, message: common.noConnection, fields: {} }),
      )
      if (!result.ok) return setFailure(result)
      for (const ms of LOOK_AGAIN_MS) setTimeout(() => router.refresh(), ms)
      onClose()
    })
  }

  return (
    <Dialog open onClose={onClose} title={words.title(c.userName)} busy={pending}>
      <form onSubmit={submit} noValidate className="space-y-4">
        {failure && !failure.fields.reason && (
          <Alert tone="destructive" title={words.failed} live>
            {failure.message}
          </Alert>
        )}
        <div className="space-y-2 rounded-md border bg-muted/50 px-3 py-2.5">
          <p className="foreign text-sm">{c.subject}</p>
          <p className="foreign text-muted-foreground text-sm">
            {certificates.columns.serial} <span className="font-mono text-xs">{c.serialNumber}</span>
            <br />
            {certificates.detail.until} <AbsoluteTime at={c.notAfter} />
          </p>
        </div>
        <div>
          <p className="font-medium text-sm">{words.stops}</p>
          <p className="foreign text-sm">{words.stopsText(c.profile, c.phoneName)}</p>
          <p className="mt-1 text-sm">{words.final}</p>
        </div>
        <Field id={`${id}-reason`} label={words.reason} error={failure?.fields.reason}>
          <NativeSelect
            id={`${id}-reason`}
            name="reason"
            defaultValue=""
            aria-required
            aria-invalid={failure?.fields.reason ? true : undefined}
            aria-describedby={failure?.fields.reason ? `${id}-reason-note` : undefined}
          >
            <option value="" disabled>
              {words.chooseReason}
            </option>
            {Object.entries(words.reasons).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </NativeSelect>
        </Field>
        <Field id={`${id}-note`} label={words.note} hint={words.noteHint} error={failure?.fields.note}>
          <Textarea id={`${id}-note`} name="note" maxLength={500} aria-describedby={`${id}-note-note`} />
        </Field>
        <DialogFooter>
          <Button variant="outline" onClick={onClose} disabled={pending}>
            {common.cancel}
          </Button>
          <SubmitButton variant="destructive" pending={pending}>
            {words.confirm}
          </SubmitButton>
        </DialogFooter>
      </form>
    </Dialog>
  )
}
