'use client'
import { lazy, Suspense, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { enrollments as words } from '#lib/messages/enrollments.ts'

const CancelDialog = lazy(() => import('./cancel-dialog.tsx'))

export function CancelButton({ id, name, onDone }: { id: string; name: string; onDone: () => void }) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button variant="destructive-outline" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        {words.cancel}
      </Button>
      {open && (
        <Suspense fallback={null}>
          <CancelDialog id={id} name={name} onClose={() => setOpen(false)} onDone={onDone} />
        </Suspense>
      )}
    </>
  )
}
