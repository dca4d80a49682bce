'use client'
/** "Revoke", with its question loaded when it is asked. An action that does not apply is not offered; the detail page says why. */
import { lazy, Suspense, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import type { Revoke } from './revoke-dialog.tsx'
import type { RevokeSubject } from './revoke-subject.ts'

const RevokeDialog = lazy(() => import('./revoke-dialog.tsx'))

export function RevokeButton({
  subject,
  revoke,
  size = 'default',
}: {
  subject: RevokeSubject
  /** The server action. */
  revoke: Revoke
  size?: 'sm' | 'default'
}) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button variant="destructive-outline" size={size} aria-haspopup="dialog" onClick={() => setOpen(true)}>
        {subject.button}
        {size === 'sm' && <span className="sr-only"> {subject.about}</span>}
      </Button>
      {open && (
        <Suspense fallback={null}>
          <RevokeDialog subject={subject} revoke={revoke} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  )
}
