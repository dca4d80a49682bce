'use client'
/** Offers a profile, or stops offering it. What that means is said before it is switched off. */
import { useRouter } from 'next/navigation'
import { useState, useTransition } from 'react'
import { Alert } from '#components/ui/alert.tsx'
import { Button } from '#components/ui/button.tsx'
import { Dialog, DialogFooter } from '#components/ui/dialog.tsx'
import { SubmitButton } from '#components/ui/submit-button.tsx'
import { common } from '#lib/messages/common.ts'
import { profiles as words } from '#lib/messages/profiles.ts'
import { switchProfileAction } from '../actions.ts'

export function SwitchButton({
  profile: { id, title, enabled, running },
}: {
  profile: { id: string; title: string; enabled: boolean; running: number }
}) {
  const router = useRouter()
  const [open, setOpen] = useState(false)
  const [failed, setFailed] = useState<string | null>(null)
  const [pending, startTransition] = useTransition()

  const turn = () =>
    startTransition(async () => {
      const result = await switchProfileAction({ id, enabled: !enabled }).catch(() => null)
      setFailed(result?.ok ? null : (result?.message ?? common.noConnection))
      if (!result?.ok) return setOpen(true)
      setOpen(false)
      router.refresh()
    })

  return (
    <>
      <SubmitButton
        type="button"
        variant="outline"
        pending={pending && !open}
        onClick={() => {
          setFailed(null)
          if (enabled) setOpen(true)
          else turn()
        }}
      >
        {enabled ? words.disable : words.enable}
      </SubmitButton>
      <Dialog
        open={open}
        onClose={() => setOpen(false)}
        busy={pending}
        title={enabled ? words.disable : words.enable}
        description={enabled ? words.disableText(title, running) : title}
      >
        {failed && (
          <Alert tone="destructive" live>
            {failed}
          </Alert>
        )}
        <DialogFooter>
          <Button variant="outline" disabled={pending} onClick={() => setOpen(false)}>
            {common.cancel}
          </Button>
          <SubmitButton type="button" pending={pending} onClick={turn}>
            {enabled ? words.disable : words.enable}
          </SubmitButton>
        </DialogFooter>
      </Dialog>
    </>
  )
}
