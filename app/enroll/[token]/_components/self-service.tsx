'use client'
/**
 * The self-service page: one screen at a time, each with at most one decision. Written by hand and small: it is opened on phones with a weak
 * connection, once, by people who want to be done.
 */
import { useEffect, useRef } from 'react'
import { useReached, useServerOffset } from '#components/enrollment/use-server-clock.ts'
import { WAITING_SCREENS, enroll as words } from '#lib/messages/enroll.ts'
import type { Trouble } from '#lib/workflows/find-trouble.ts'
import type { SelfView } from '../../self-view.ts'
import { BigButton } from './big-button.tsx'
import { ConfirmScreen } from './confirm-screen.tsx'
import { HEADLINE_ID, Message } from './message.tsx'
import { ScanScreen } from './scan-screen.tsx'
import { useSelfService } from './use-self-service.ts'
import { Welcome } from './welcome.tsx'

export function SelfService({ token, initial, trouble }: { token: string; initial: SelfView; trouble: Trouble | null }) {
  const { view, receivedAt, busy, problem, wish } = useSelfService(token, initial)
  const { enrollment } = view
  const offsetMs = useServerOffset(enrollment?.serverTime ?? '', receivedAt)
  const offerExpired = useReached(enrollment?.offer?.expiresAt ?? null, enrollment?.serverTime ?? '', offsetMs)
  // A page that lived through it says "done"; one that is opened afterwards says that the link has been used.
  const lived = useRef(false)
  if (enrollment && enrollment.state !== 'completed') lived.current = true

  const screen = screenOf(view, { offerExpired, lived: lived.current })
  const shown = useRef(screen)
  useEffect(() => {
    if (shown.current === screen) return
    shown.current = screen
    document.getElementById(HEADLINE_ID)?.focus()
    window.scrollTo(0, 0)
  }, [screen])

  return (
    <>
      {problem !== null && (
        <p role="alert" className="mb-5 rounded-md border border-warning/40 bg-warning-soft px-4 py-3 text-base">
          {problem || words.problem}
        </p>
      )}
      <Screen name={screen} view={view} busy={busy} wish={wish} offsetMs={offsetMs} trouble={trouble} />
    </>
  )
}

type ScreenName =
  | 'welcome'
  | 'used'
  | 'expired_link'
  | 'revoked'
  | 'scan'
  | 'code_expired'
  | 'done'
  | 'confirm'
  | 'undelivered'
  | 'failed'
  | 'waiting'

function screenOf(
  { status, enrollment }: SelfView,
  { offerExpired, lived }: { offerExpired: boolean; lived: boolean },
): ScreenName {
  const state = enrollment?.state
  if (state === 'completed' && lived) return 'done'
  if (status === 'used' || state === 'completed') return 'used'
  if (state === 'offered') return offerExpired ? 'code_expired' : 'scan'
  if (state === 'undelivered') return 'undelivered'
  if (state === 'confirming') return 'confirm'
  if (state && state in WAITING_SCREENS) return 'waiting'
  if (status === 'revoked') return 'revoked'
  if (status === 'expired') return 'expired_link'
  if (!state) return 'welcome'
  // What nobody confirmed in time had its code scanned, and says so.
  return state === 'expired' && !enrollment?.confirmationExpired ? 'code_expired' : 'failed'
}

interface ScreenProps {
  name: ScreenName
  view: SelfView
  busy: boolean
  wish: ReturnType<typeof useSelfService>['wish']
  offsetMs: number
  trouble: Trouble | null
}

function Screen({ name, view, busy, wish, offsetMs, trouble }: ScreenProps) {
  const { enrollment } = view
  switch (name) {
    case 'welcome':
      return <Welcome view={view} busy={busy} trouble={trouble} onStart={() => wish('start')} />
    case 'scan':
      return <ScanScreen enrollment={enrollment} offsetMs={offsetMs} busy={busy} onNewCode={() => wish('new_code')} />
    case 'code_expired':
      return (
        <Message
          icon="clock"
          tone="warning"
          title={words.expired.title}
          action={
            <BigButton busy={busy} onClick={() => wish(enrollment?.state === 'offered' ? 'new_code' : 'start')}>
              {words.scan.newCode}
            </BigButton>
          }
        >
          {words.expired.text}
        </Message>
      )
    case 'confirm':
      return (
        enrollment && (
          <ConfirmScreen enrollment={enrollment} busy={busy} onSay={(theirs) => wish(theirs ? 'my_phone' : 'not_my_phone')} />
        )
      )
    case 'done':
      return (
        <Message icon="check" tone="success" title={words.done.title}>
          <p>{words.done.text}</p>
          {enrollment?.device && (
            <p>
              <bdi>{words.working.device(enrollment.device)}</bdi>
            </p>
          )}
          <p>{words.done.next}</p>
        </Message>
      )
    case 'undelivered':
      return (
        <Message
          icon="smartphone"
          tone="warning"
          title={words.undelivered.title}
          action={
            <BigButton busy={busy} onClick={() => wish('send_again')}>
              {words.undelivered.sendAgain}
            </BigButton>
          }
        >
          <p>{words.undelivered.text}</p>
          <p>{words.undelivered.open}</p>
        </Message>
      )
    case 'failed':
      return (
        <Message
          icon="circle-alert"
          tone="warning"
          title={words.failed.title}
          action={
            <BigButton busy={busy} onClick={() => wish('start')}>
              {words.failed.again}
            </BigButton>
          }
        >
          <p>{enrollment?.failure}</p>
          <p>{words.failed.call}</p>
        </Message>
      )
    case 'waiting': {
      if (!enrollment) return null
      const { title, text } = WAITING_SCREENS[enrollment.state as keyof typeof WAITING_SCREENS]
      return (
        <Message icon="loader-circle" spin title={title}>
          <p>{text}</p>
          {enrollment.device && (
            <p>
              <bdi>{words.working.device(enrollment.device)}</bdi>
            </p>
          )}
          {enrollment.slow && <p>{words.fetching.slow}</p>}
        </Message>
      )
    }
    case 'used':
      return (
        <Message icon="circle-check" title={words.link.used}>
          {words.link.usedText}
        </Message>
      )
    case 'expired_link':
      return (
        <Message icon="clock" title={words.link.expired}>
          {words.link.expiredText}
        </Message>
      )
    case 'revoked':
      return (
        <Message icon="ban" title={words.link.revoked}>
          {words.link.revokedText}
        </Message>
      )
  }
}
