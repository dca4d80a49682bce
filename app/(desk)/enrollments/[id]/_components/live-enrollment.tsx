'use client'
/**
 * The live page of one enrolment. It is drawn on the server with the state of that moment; from then on the stream says "changed", the
 * state is read again, and everything here follows from it. Nobody presses reload, and a closed window loses nothing.
 */
import { QueryClient, QueryClientProvider, useQuery, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { lazy, Suspense, useCallback, useEffect, useState, useTransition } from 'react'
import { Stepper } from '#components/enrollment/stepper.tsx'
import { useReached, useServerOffset } from '#components/enrollment/use-server-clock.ts'
import { Alert } from '#components/ui/alert.tsx'
import { Button } from '#components/ui/button.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { Card, CardContent } from '#components/ui/card.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { EnrollmentStateBadge } from '#components/ui/status-badge.tsx'
import type { ActionResult } from '#lib/auth/action.ts'
import { BEFORE_ANSWER, CANCELLABLE, isTerminal } from '#lib/core/enrollment/state.ts'
import type { EnrollmentView } from '#lib/core/views.ts'
import { useChanges } from '#lib/live/use-changes.ts'
import { common } from '#lib/messages/common.ts'
import { headlineOf, enrollments as words } from '#lib/messages/enrollments.ts'
import { askCaAgainAction, confirmAction, newCodeAction, sendAgainAction, startAction } from '../../actions.ts'
import { newIdempotencyKey } from '../../idempotency-key.ts'
import { enrollmentQuery, ReadError } from '../../queries.ts'
import { Announcer } from './announcer.tsx'
import { BundleButton } from './bundle-button.tsx'
import { CancelButton } from './cancel-button.tsx'
import { EnrollmentDetail } from './enrollment-detail.tsx'
import { EnrollmentStage } from './enrollment-stage.tsx'

/** Few enrolments have one. */
const IncidentNotice = lazy(async () => ({ default: (await import('#components/incidents/incident-notice.tsx')).IncidentNotice }))

interface Props {
  initial: EnrollmentView
  mayManage: boolean
  trainingPhone: boolean
}

export function LiveEnrollment(props: Props) {
  const [client] = useState(() => new QueryClient())
  return (
    <QueryClientProvider client={client}>
      <Live {...props} />
    </QueryClientProvider>
  )
}

function Live({ initial, mayManage, trainingPhone }: Props) {
  const client = useQueryClient()
  const {
    data: view,
    dataUpdatedAt,
    error,
  } = useQuery({
    ...enrollmentQuery(client, initial.id),
    initialData: initial,
    // The stream says when to read again, first of all right after it is connected.
    staleTime: Number.POSITIVE_INFINITY,
  })
  const refresh = useCallback(
    () => void client.invalidateQueries({ queryKey: ['enrollment', initial.id], exact: true }),
    [client, initial.id],
  )
  const signedOut = error instanceof ReadError && error.status === 401
  useChanges(isTerminal(view.state) || signedOut ? null : `/api/live/enrollments/${initial.id}`, refresh)

  const offsetMs = useServerOffset(view.serverTime, dataUpdatedAt)
  const offerExpired = useReached(view.offer?.expiresAt ?? null, view.serverTime, offsetMs)
  // What nobody confirmed in time had its code scanned.
  const expired = (view.state === 'expired' && view.failure?.code !== 'confirmation_expired') || offerExpired
  const fetchingNewCode = view.state === 'offered' && !view.offer && mayManage
  // The page knows that the code is over some seconds before the worker has written it down.
  const stepperInput =
    offerExpired && view.offer ? { ...view, state: 'expired' as const, stateChangedAt: view.offer.expiresAt } : view
  const headline = fetchingNewCode
    ? words.headlineNewCode
    : offerExpired
      ? words.headlineOfferExpired
      : headlineOf(view.state, view.failure?.code ?? null, view.keys.length)

  const { act, busy, problem, setProblem } = useActions(refresh)
  const router = useRouter()
  const startAgain = () =>
    act(async () => {
      const result = await startAction({
        userid: view.user.userid,
        profileName: view.profile.name,
        idempotencyKey: newIdempotencyKey(),
      })
      if (result.ok) router.push(`/enrollments/${result.value.id}`)
      return result
    })
  const newCode = () => (view.state === 'offered' ? act(() => newCodeAction({ id: view.id })) : startAgain())
  const sendAgain = () => act(() => sendAgainAction({ id: view.id }))
  const confirm = (theirs: boolean, reason: string) =>
    act(() => confirmAction({ id: view.id, theirs, ...(reason === '' ? {} : { reason }) }))
  const askCaAgain = () => act(() => askCaAgainAction({ id: view.id }))

  useEffect(() => {
    document.title = `${headline} · ${view.user.name} · ${common.product}`
  }, [headline, view.user.name])

  return (
    <>
      <Announcer text={headline} />
      <PageHeader
        title={
          <span id="enrollment-headline" tabIndex={-1} className="outline-none">
            {headline}
          </span>
        }
        parent={{ href: '/enrollments', title: words.parent }}
        badge={<EnrollmentStateBadge state={expired ? 'expired' : view.state} />}
        actions={
          <>
            {mayManage && CANCELLABLE.includes(view.state) && (
              <CancelButton id={view.id} name={view.user.name} onDone={refresh} />
            )}
            {!BEFORE_ANSWER.includes(view.state) && <BundleButton id={view.id} onProblem={setProblem} />}
            {mayManage && isTerminal(view.state) && (
              <ButtonLink variant="outline" href={`/enrollments/new?user=${encodeURIComponent(view.user.userid)}`}>
                <Icon name="plus" className="size-3.5" />
                {words.startAnother}
              </ButtonLink>
            )}
          </>
        }
      >
        <Facts view={view} />
      </PageHeader>

      {error && (
        <Alert
          tone="warning"
          live
          className="mb-4"
          actions={
            signedOut && (
              <ButtonLink size="sm" href={`/sign-in?next=${encodeURIComponent(`/enrollments/${view.id}`)}`}>
                {words.live.signIn}
              </ButtonLink>
            )
          }
        >
          {signedOut ? words.live.signedOut : words.live.stale}
        </Alert>
      )}
      {problem && !signedOut && (
        <Alert
          tone="destructive"
          live
          className="mb-4"
          actions={
            <Button size="sm" variant="outline" onClick={() => setProblem(null)}>
              {common.close}
            </Button>
          }
        >
          {problem}
        </Alert>
      )}

      {/* Not on paper: a code is a secret while it lives, and no use afterwards. */}
      {view.incidents.length > 0 && (
        <Suspense fallback={null}>
          <IncidentNotice incidents={view.incidents} />
        </Suspense>
      )}
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_19rem] print:hidden">
        <Card className="min-w-0">
          <CardContent className="py-5">
            <EnrollmentStage
              view={view}
              expired={expired}
              offsetMs={offsetMs}
              trainingPhone={trainingPhone}
              mayManage={mayManage}
              busy={busy}
              onNewCode={newCode}
              onSendAgain={sendAgain}
              onAskCaAgain={askCaAgain}
              onConfirm={confirm}
              onStartAgain={startAgain}
            />
          </CardContent>
        </Card>
        <Card>
          <CardContent className="py-4">
            <Stepper input={stepperInput} serverTime={view.serverTime} offsetMs={offsetMs} />
          </CardContent>
        </Card>
      </div>

      <EnrollmentDetail view={view} />
    </>
  )
}

function Facts({ view }: { view: EnrollmentView }) {
  return (
    <p className="flex flex-wrap items-center gap-x-4 gap-y-0.5">
      <span className="min-w-0">
        <Link
          href={`/users/${encodeURIComponent(view.user.userid)}`}
          prefetch={false}
          className="font-medium text-link underline-offset-4 hover:underline"
        >
          <bdi className="foreign">{view.user.name}</bdi>
        </Link>{' '}
        <span className="font-mono text-xs">{view.user.userid}</span>
      </span>
      <span>
        {view.profile.title}{' '}
        <span className="whitespace-nowrap text-muted-foreground">{words.profileVersion(view.profileVersion)}</span>
      </span>
      <span className="foreign">
        {words.startedBy(view.startedByName)} <RelativeTime at={view.createdAt} />
      </span>
      <span className="inline-flex items-center">
        <span className="font-mono text-xs">{view.id.slice(-12)}</span>
        <CopyButton value={view.id} what={words.id} />
      </span>
    </p>
  )
}

/** One action at a time; what it says stays until it is closed or the next one begins. */
function useActions(refresh: () => void) {
  const [busy, startTransition] = useTransition()
  const [problem, setProblem] = useState<string | null>(null)
  const act = (run: () => Promise<ActionResult<unknown>>) =>
    startTransition(async () => {
      setProblem(null)
      try {
        const result = await run()
        if (!result.ok) setProblem(result.message)
      } catch {
        setProblem(words.errors.connection)
      }
      refresh()
    })
  return { act, busy, problem, setProblem }
}
