'use client'
/** "Revoke", with its question loaded when it is asked. An action that does not apply is not offered; the detail page says why. */
import { lazy, Suspense, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { certificates } from '#lib/messages/certificates.ts'
import type { Revoke, RevokeSubject } from './revoke-dialog.tsx'

const RevokeDialog = lazy(() => import('./revoke-dialog.tsx'))

export function RevokeButton({
  certificate,
  revoke,
  size = 'default',
}: {
  certificate: RevokeSubject
  /** The server action. */
  revoke: Revoke
  size?: 'sm' | 'default'
}) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button variant="destructive-outline" size={size} aria-haspopup="dialog" onClick={() => setOpen(true)}>
        {certificates.revoke.button}
        {size === 'sm' && <span className="sr-only"> {certificate.serialNumber}</span>}
      </Button>
      {open && (
        <Suspense fallback={null}>
          <RevokeDialog certificate={certificate} revoke={revoke} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  )
}
