'use client'
import { useState, useTransition } from 'react'
import { Alert } from '#components/ui/alert.tsx'
import { Button } from '#components/ui/button.tsx'
import { Dialog, DialogFooter } from '#components/ui/dialog.tsx'
import { SubmitButton } from '#components/ui/submit-button.tsx'
import { enrollments as words } from '#lib/messages/enrollments.ts'
import { cancelAction } from '../../actions.ts'

export function CancelButton({ id, name, onDone }: { id: string; name: string; onDone: () => void }) {
  const [open, setOpen] = useState(false)
  const [busy, startTransition] = useTransition()
  const [problem, setProblem] = useState<string | null>(null)
  const cancel = () =>
    startTransition(async () => {
      try {
        const result = await cancelAction({ id })
        setProblem(result.ok ? null : result.message)
        if (result.ok) setOpen(false)
      } catch {
        setProblem(words.errors.connection)
      }
      onDone()
    })
  return (
    <>
      <Button variant="destructive-outline" onClick={() => setOpen(true)}>
        {words.cancel}
      </Button>
      <Dialog
        open={open}
        onClose={() => setOpen(false)}
        title={words.cancelTitle}
        description={words.cancelText(name)}
        busy={busy}
      >
        {problem && (
          <Alert tone="destructive" live>
            {problem}
          </Alert>
        )}
        <DialogFooter>
          <Button variant="outline" onClick={() => setOpen(false)} disabled={busy}>
            {words.keep}
          </Button>
          <SubmitButton type="button" variant="destructive" pending={busy} onClick={cancel}>
            {words.cancel}
          </SubmitButton>
        </DialogFooter>
      </Dialog>
    </>
  )
}
