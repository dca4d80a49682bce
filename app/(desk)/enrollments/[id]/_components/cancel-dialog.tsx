'use client'
/** The question before an enrolment is cancelled. Loaded when it is asked. */
import { useState, useTransition } from 'react'
import { Alert } from '#components/ui/alert.tsx'
import { Button } from '#components/ui/button.tsx'
import { Dialog, DialogFooter } from '#components/ui/dialog.tsx'
import { SubmitButton } from '#components/ui/submit-button.tsx'
import { enrollments as words } from '#lib/messages/enrollments.ts'
import { cancelAction } from '../../actions.ts'

export default function CancelDialog({
  id,
  name,
  onClose,
  onDone,
}: {
  id: string
  name: string
  onClose: () => void
  onDone: () => void
}) {
  const [busy, startTransition] = useTransition()
  const [problem, setProblem] = useState<string | null>(null)
  const cancel = () =>
    startTransition(async () => {
      try {
        const result = await cancelAction({ id })
        setProblem(result.ok ? null : result.message)
        if (result.ok) onClose()
      } catch {
        setProblem(words.errors.connection)
      }
      onDone()
    })
  return (
    <Dialog open onClose={onClose} title={words.cancelTitle} description={words.cancelText(name)} busy={busy}>
      {problem && (
        <Alert tone="destructive" live>
          {problem}
        </Alert>
      )}
      <DialogFooter>
        <Button variant="outline" onClick={onClose} disabled={busy}>
          {words.keep}
        </Button>
        <SubmitButton type="button" variant="destructive" pending={busy} onClick={cancel}>
          {words.cancel}
        </SubmitButton>
      </DialogFooter>
    </Dialog>
  )
}
