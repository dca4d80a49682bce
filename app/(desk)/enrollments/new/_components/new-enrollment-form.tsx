'use client'
/**
 * Profile, what the certificate will say, and how the phone gets it. What is in the way is said before anybody is asked to scan. One press
 * starts one enrolment, however often it is pressed: the key goes with it.
 */
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useState, useTransition } from 'react'
import { useReady } from '#components/enrollment/use-ready.ts'
import { Alert } from '#components/ui/alert.tsx'
import { Button } from '#components/ui/button.tsx'
import { Card, CardContent, CardHeader, CardTitle } from '#components/ui/card.tsx'
import { cn } from '#components/ui/cn.ts'
import { Icon } from '#components/ui/icon.tsx'
import { SubmitButton } from '#components/ui/submit-button.tsx'
import type { ProfileView, SubjectPreview } from '#lib/core/views.ts'
import { common } from '#lib/messages/common.ts'
import { newEnrollment as words } from '#lib/messages/new-enrollment.ts'
import { startAction } from '../../actions.ts'
import { newIdempotencyKey } from '../../idempotency-key.ts'
import { OneTimeLink } from './one-time-link.tsx'
import { Readiness, useReadiness } from './readiness.tsx'

export interface Choice {
  profile: ProfileView
  preview: SubjectPreview
}

export function NewEnrollmentForm({
  user,
  choices,
}: {
  user: { id: string; userid: string; name: string; email: string | null; department: string | null }
  choices: readonly Choice[]
}) {
  const router = useRouter()
  const [name, setName] = useState(choices[0]?.profile.name ?? '')
  const [keys] = useState(() => new Map<string, string>())
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, startTransition] = useTransition()
  const ready = useReady()
  const choice = choices.find(({ profile }) => profile.name === name)
  const preview = useReadiness(user.userid, choice ?? null)
  if (!choice || !preview) return null
  const { profile } = choice

  const start = () =>
    startTransition(async () => {
      setProblem(null)
      // The same key for the same choice on this page: a second press, or a try after a lost answer, finds the first one's enrolment.
      const idempotencyKey = keys.get(profile.name) ?? newIdempotencyKey()
      keys.set(profile.name, idempotencyKey)
      try {
        const result = await startAction({ userid: user.userid, profileName: profile.name, idempotencyKey })
        if (result.ok) router.push(`/enrollments/${result.value.id}`)
        else setProblem(result.message)
      } catch {
        setProblem(words.connection)
      }
    })

  return (
    <div className="grid max-w-4xl items-start gap-4">
      <Card>
        <CardHeader
          actions={
            <Link href="/enrollments/new" prefetch={false} className="text-link text-sm underline-offset-4 hover:underline">
              {words.change}
            </Link>
          }
        >
          <p className="foreign font-semibold text-lg">{user.name}</p>
          <p className="foreign text-muted-foreground text-sm">
            {[user.userid, user.department, user.email].filter(Boolean).join(' · ')}
          </p>
        </CardHeader>
        <CardContent className="space-y-5 py-4">
          {choices.length > 1 && <ProfileChoice choices={choices} value={name} onChange={setName} disabled={busy || !ready} />}
          <Readiness profile={profile} preview={preview} single={choices.length === 1} />
        </CardContent>
      </Card>

      <Card>
        <CardHeader>
          <CardTitle>{words.delivery}</CardTitle>
        </CardHeader>
        <CardContent className="space-y-4 py-4">
          {problem && (
            <Alert
              tone="destructive"
              live
              actions={
                <Button size="sm" variant="outline" onClick={() => setProblem(null)}>
                  {common.close}
                </Button>
              }
            >
              {problem}
            </Alert>
          )}
          <div className="grid gap-4 md:grid-cols-2">
            <section className="flex flex-col gap-3 rounded-md border p-4">
              <p className="flex-1 text-pretty text-muted-foreground">{words.showCodeText}</p>
              <SubmitButton type="button" size="lg" pending={busy} disabled={!preview.ok || !ready} onClick={start}>
                <Icon name="qr-code" />
                {words.showCode}
              </SubmitButton>
            </section>
            <OneTimeLink userId={user.id} userName={user.name} profileName={profile.name} disabled={!preview.ok || !ready} />
          </div>
        </CardContent>
      </Card>
    </div>
  )
}

function ProfileChoice({
  choices,
  value,
  onChange,
  disabled,
}: {
  choices: readonly Choice[]
  value: string
  onChange: (name: string) => void
  disabled: boolean
}) {
  return (
    <fieldset disabled={disabled}>
      <legend className="mb-1.5 font-medium text-sm">{words.profile}</legend>
      <div className="grid gap-2 sm:grid-cols-2">
        {choices.map(({ profile }) => (
          <label
            key={profile.name}
            className={cn(
              'flex cursor-pointer items-start gap-2.5 rounded-md border p-3 has-focus-visible:outline-2 has-focus-visible:outline-ring',
              profile.name === value ? 'border-primary bg-info-soft' : 'hover:bg-accent/50',
            )}
          >
            <input
              type="radio"
              name="profile"
              value={profile.name}
              checked={profile.name === value}
              onChange={() => onChange(profile.name)}
              className="mt-1 accent-primary outline-none"
            />
            <span className="min-w-0">
              <span className="block font-medium">{profile.title}</span>
              <span className="block text-muted-foreground text-sm">
                {words.profileHint(profile.validityDays, profile.issuer)}
              </span>
              {(profile.approval || profile.confirmation) && (
                <span className="block text-muted-foreground text-sm">
                  {[profile.approval && words.gates.approval, profile.confirmation && words.gates[profile.confirmedBy]]
                    .filter(Boolean)
                    .join(' · ')}
                </span>
              )}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
