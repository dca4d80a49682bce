'use client'
/** "Release": takes a certificate off hold. It only gives back what was there, so it asks nothing; a failure stays until it is tried again. */
import { useRouter } from 'next/navigation'
import { useState, useTransition } from 'react'
import { Alert } from '#components/ui/alert.tsx'
import { Button } from '#components/ui/button.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { certificates } from '#lib/messages/certificates.ts'
import { common } from '#lib/messages/common.ts'

const words = certificates.release

export type Release = (input: { certificateId: string }) => Promise<{ ok: true } | { ok: false; message: string }>

export function ReleaseButton({ certificateId, release }: { certificateId: string; release: Release }) {
  const router = useRouter()
  const [failure, setFailure] = useState<string>()
  const [pending, startTransition] = useTransition()
  const onClick = () =>
    startTransition(async () => {
      const result = await release({ certificateId }).catch(() => ({ ok: false as const, message: common.noConnection }))
      setFailure(result.ok ? undefined : result.message)
      if (result.ok) router.refresh()
    })
  return (
    <>
      <Button variant="outline" disabled={pending} aria-busy={pending || undefined} onClick={onClick}>
        {pending && <Icon name="loader-circle" className="size-3.5 animate-spin" />}
        {words.button}
      </Button>
      {failure && (
        <Alert tone="destructive" title={words.failed} live className="basis-full">
          {failure}
        </Alert>
      )}
    </>
  )
}
