'use client'
/** The two questions of the block list. Both ask for a reason. */
import { useRouter } from 'next/navigation'
import { type FormEvent, type ReactNode, useId, useState, useTransition } from 'react'
import { Alert } from '#components/ui/alert.tsx'
import { Button } from '#components/ui/button.tsx'
import { Dialog, DialogFooter } from '#components/ui/dialog.tsx'
import { Input, Textarea } from '#components/ui/input.tsx'
import { Field } from '#components/ui/label.tsx'
import { SubmitButton } from '#components/ui/submit-button.tsx'
import { attestationMessages } from '#lib/messages/attestation.ts'
import { common } from '#lib/messages/common.ts'
import { blockKeyAction, unblockKeyAction } from '../actions.ts'
import type { PolicyView } from '../read-policy.ts'

const words = attestationMessages.blocked

type Outcome = { ok: true } | { ok: false; message: string; fields: Record<string, string> }

export function BlockDialog({
  initial,
  onClose,
  onDone,
}: {
  initial: string
  onClose: () => void
  onDone: (count: number) => void
}) {
  const id = useId()
  return (
    <Question
      title={words.addTitle}
      text={words.addText}
      failed={words.addFailed}
      confirm={words.addConfirm}
      onClose={onClose}
      act={async (text) => {
        const result = await blockKeyAction({ key: text('key'), reason: text('reason') })
        if (result.ok) onDone(result.value.blocked)
        return result
      }}
    >
      {(errors) => (
        <Field id={`${id}-key`} label={words.key} hint={words.keyHint} error={errors.key}>
          <Input
            id={`${id}-key`}
            name="key"
            defaultValue={initial}
            maxLength={200}
            spellCheck={false}
            autoComplete="off"
            className="font-mono"
            aria-required
            aria-invalid={errors.key ? true : undefined}
            aria-describedby={`${id}-key-note`}
          />
        </Field>
      )}
    </Question>
  )
}

export function UnblockDialog({ row, onClose }: { row: PolicyView['blocked'][number]; onClose: () => void }) {
  return (
    <Question
      title={words.removeTitle}
      text={words.removeText}
      failed={words.removeFailed}
      confirm={words.removeConfirm}
      onClose={onClose}
      act={(text) => unblockKeyAction({ spkiSha256: row.spkiSha256, reason: text('reason') })}
    >
      {() => <p className="foreign rounded-md border bg-muted/50 px-3 py-2 font-mono text-sm">{row.spkiSha256}</p>}
    </Question>
  )
}

function Question({
  title,
  text,
  failed,
  confirm,
  onClose,
  act,
  children,
}: {
  title: string
  text: string
  failed: string
  confirm: string
  onClose: () => void
  act: (text: (name: string) => string) => Promise<Outcome>
  children: (errors: Record<string, string>) => ReactNode
}) {
  const id = useId()
  const router = useRouter()
  const [failure, setFailure] = useState<{ message: string; fields: Record<string, string> }>()
  const [pending, startTransition] = useTransition()
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (pending) return
    const form = new FormData(event.currentTarget)
    startTransition(async () => {
      const result = await act((name) => String(form.get(name) ?? '')).catch(
        (): Outcome => ({ ok: false, message: common.noConnection, fields: {} }),
      )
      if (!result.ok) return setFailure(result)
      onClose()
      router.refresh()
    })
  }
  const errors = failure?.fields ?? {}
  return (
    <Dialog open onClose={onClose} title={title} busy={pending}>
      <form onSubmit={submit} noValidate className="space-y-4">
        {failure && Object.keys(errors).length === 0 && (
          <Alert tone="destructive" title={failed} live>
            {failure.message}
          </Alert>
        )}
        <p className="text-pretty text-sm">{text}</p>
        {children(errors)}
        <Field id={id} label={words.reason} error={errors.reason}>
          <Textarea
            id={id}
            name="reason"
            maxLength={500}
            aria-required
            aria-invalid={errors.reason ? true : undefined}
            aria-describedby={errors.reason ? `${id}-note` : undefined}
          />
        </Field>
        <DialogFooter>
          <Button variant="outline" onClick={onClose} disabled={pending}>
            {common.cancel}
          </Button>
          <SubmitButton pending={pending}>{confirm}</SubmitButton>
        </DialogFooter>
      </form>
    </Dialog>
  )
}
