'use client'
/** One place up or down in the order in which profiles are offered. */
import { useRouter } from 'next/navigation'
import { useState, useTransition } from 'react'
import { common } from '#lib/messages/common.ts'
import { profiles as words } from '#lib/messages/profiles.ts'
import { moveProfileAction } from '../actions.ts'
import { IconButton } from './fields.tsx'

export function MoveButtons({ id, title, first, last }: { id: string; title: string; first: boolean; last: boolean }) {
  const router = useRouter()
  const [failed, setFailed] = useState<string | null>(null)
  const [pending, startTransition] = useTransition()
  const move = (by: -1 | 1) =>
    startTransition(async () => {
      const result = await moveProfileAction({ id, by }).catch(() => null)
      setFailed(result?.ok ? null : (result?.message ?? common.noConnection))
      if (result?.ok) router.refresh()
    })
  return (
    <span className="flex items-center">
      <IconButton icon="arrow-up" label={words.moveUp(title)} disabled={first || pending} onClick={() => move(-1)} />
      <IconButton icon="arrow-down" label={words.moveDown(title)} disabled={last || pending} onClick={() => move(1)} />
      {failed && (
        <span role="alert" className="text-destructive text-sm">
          {failed}
        </span>
      )}
    </span>
  )
}
