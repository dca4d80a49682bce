'use client'
/** Makes a one-time link and shows it this once. */
import { useEffect, useRef, useState, useTransition } from 'react'
import { OfferField } from '#components/enrollment/offer-field.tsx'
import { Alert } from '#components/ui/alert.tsx'
import { Button } from '#components/ui/button.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { formatDate } from '#components/ui/format-time.ts'
import { Icon } from '#components/ui/icon.tsx'
import { Label } from '#components/ui/label.tsx'
import { NativeSelect } from '#components/ui/native-select.tsx'
import { SubmitButton } from '#components/ui/submit-button.tsx'
import { newEnrollment as words } from '#lib/messages/new-enrollment.ts'
import { makeLinkAction } from '../../actions.ts'
import { DEFAULT_LINK_DAYS, LINK_DAYS } from '../../link-days.ts'

type Days = (typeof LINK_DAYS)[number]

export function OneTimeLink({
  userId,
  userName,
  profileName,
  disabled,
}: {
  userId: string
  userName: string
  profileName: string
  disabled: boolean
}) {
  const [days, setDays] = useState<Days>(DEFAULT_LINK_DAYS)
  const [made, setMade] = useState<{ url: string; expiresAt: string; profileName: string } | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, startTransition] = useTransition()
  const result = useRef<HTMLElement>(null)
  const link = made?.profileName === profileName ? made : null
  useEffect(() => {
    if (made) result.current?.querySelector('input')?.focus()
  }, [made])

  const make = () =>
    startTransition(async () => {
      setProblem(null)
      try {
        const answer = await makeLinkAction({ userId, profileName, validDays: days })
        if (answer.ok) setMade({ ...answer.value, profileName })
        else setProblem(answer.message)
      } catch {
        setProblem(words.connection)
      }
    })

  if (link)
    return (
      <section ref={result} className="flex flex-col gap-3 rounded-md border border-success/40 bg-success-soft/50 p-4">
        <p className="flex items-center gap-1.5 font-medium text-success" role="status">
          <Icon name="circle-check" />
          {words.linkMade}
        </p>
        <OfferField label={words.link} value={link.url} />
        <p className="foreign text-pretty text-sm">{words.linkText(userName, formatDate(new Date(link.expiresAt), undefined))}</p>
        <div className="flex flex-wrap gap-2">
          <CopyButton value={link.url} what={words.link}>
            {words.copyLink}
          </CopyButton>
          <Button variant="ghost" onClick={() => setMade(null)}>
            {words.another}
          </Button>
        </div>
      </section>
    )

  return (
    <section className="flex flex-col gap-3 rounded-md border p-4">
      <p className="flex-1 text-pretty text-muted-foreground">{words.makeLinkText}</p>
      {problem && (
        <Alert tone="destructive" live>
          {problem}
        </Alert>
      )}
      <div className="flex items-center gap-2">
        <Label htmlFor="link-days">{words.validFor}</Label>
        <NativeSelect
          id="link-days"
          value={days}
          onChange={(event) => setDays(Number(event.target.value) as Days)}
          disabled={busy || disabled}
        >
          {LINK_DAYS.map((n) => (
            <option key={n} value={n}>
              {words.days(n)}
            </option>
          ))}
        </NativeSelect>
      </div>
      <SubmitButton type="button" size="lg" variant="outline" pending={busy} disabled={disabled} onClick={make}>
        <Icon name="link" />
        {words.makeLink}
      </SubmitButton>
    </section>
  )
}
