'use client'
/** "Close incident", with the question what came of it. */
import { useRouter } from 'next/navigation'
import { type FormEvent, useId, useState, useTransition } from 'react'
import { Alert } from '#components/ui/alert.tsx'
import { Button } from '#components/ui/button.tsx'
import { Dialog, DialogFooter } from '#components/ui/dialog.tsx'
import { Textarea } from '#components/ui/input.tsx'
import { Field } from '#components/ui/label.tsx'
import { SubmitButton } from '#components/ui/submit-button.tsx'
import { common } from '#lib/messages/common.ts'
import { incidents } from '#lib/messages/incidents.ts'
import { closeIncidentAction } from '../../actions.ts'

const words = incidents.close

interface Failure {
  message: string
  fields: Record<string, string>
}

export function CloseIncident({ id, title }: { id: string; title: string }) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button aria-haspopup="dialog" onClick={() => setOpen(true)}>
        {words.button}
      </Button>
      {open && <CloseDialog id={id} title={title} onClose={() => setOpen(false)} />}
    </>
  )
}

function CloseDialog({ id, title, onClose }: { id: string; title: string; onClose: () => void }) {
  const field = useId()
  const router = useRouter()
  const [failure, setFailure] = useState<Failure>()
  const [pending, startTransition] = useTransition()
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (pending) return
    const note = String(new FormData(event.currentTarget).get('note') ?? '').trim()
    if (note === '') return setFailure({ message: words.needNote, fields: { note: words.needNote } })
    startTransition(async () => {
      const result = await closeIncidentAction({ id, note }).catch(() => ({
        ok: false as const,
        message: common.noConnection,
        fields: {} as Record<string, string>,
      }))
      if (!result.ok) return setFailure(result)
      onClose()
      router.refresh()
    })
  }
  return (
    <Dialog open onClose={onClose} title={words.title} description={title} busy={pending}>
      <form onSubmit={submit} noValidate className="space-y-4">
        {failure && !failure.fields.note && (
          <Alert tone="destructive" title={words.failed} live>
            {failure.message}
          </Alert>
        )}
        <p className="text-pretty text-sm">{words.text}</p>
        <Field id={field} label={words.note} hint={words.noteHint} error={failure?.fields.note}>
          <Textarea
            id={field}
            name="note"
            maxLength={500}
            aria-required
            aria-invalid={failure?.fields.note ? true : undefined}
            aria-describedby={`${field}-note`}
          />
        </Field>
        <DialogFooter>
          <Button variant="outline" onClick={onClose} disabled={pending}>
            {common.cancel}
          </Button>
          <SubmitButton pending={pending}>{words.confirm}</SubmitButton>
        </DialogFooter>
      </form>
    </Dialog>
  )
}
