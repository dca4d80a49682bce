'use client'
/** What stands in the middle: the code, what the phone said, or how it ended. One thing at a time, by state. */
import dynamic from 'next/dynamic'
import { lazy, type ReactNode, Suspense, useEffect } from 'react'
import { ofCertificate } from '#components/certificate/revoke-subject.ts'
import { ChecksSummary } from '#components/enrollment/checks-summary.tsx'
import { DeviceCard } from '#components/enrollment/device-card.tsx'
import { QrPlaceholder } from '#components/enrollment/qr-placeholder.tsx'
import { Button } from '#components/ui/button.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { SubmitButton } from '#components/ui/submit-button.tsx'
import { failedAtCa } from '#lib/core/enrollment/state.ts'
import type { EnrollmentView } from '#lib/core/views.ts'
import { enrollments as words } from '#lib/messages/enrollments.ts'
import { revokeAction } from '../../../certificates/actions.ts'

/** Asked for as soon as a code is on its way, so that it is there when the code is. */
const loadQrOffer = () => import('#components/enrollment/qr-offer.tsx').then((module) => module.QrOffer)
const QrOffer = dynamic(loadQrOffer)
const RevokeButton = lazy(() =>
  import('#components/certificate/revoke-button.tsx').then((module) => ({ default: module.RevokeButton })),
)
const ConfirmPanel = dynamic(() => import('./confirm-panel.tsx'))
const OutcomePanel = dynamic(() => import('#components/enrollment/outcome-panel.tsx').then((module) => module.OutcomePanel))

/** The tab is below: opened, focused and scrolled to. */
function showEvidence() {
  const tab = document.getElementById('tab-evidence')
  tab?.click()
  tab?.focus()
  tab?.scrollIntoView({ block: 'start' })
}

export interface StageProps {
  view: EnrollmentView
  expired: boolean
  offsetMs: number
  trainingPhone: boolean
  mayManage: boolean
  busy: boolean
  onNewCode: () => void
  onSendAgain: () => void
  onAskCaAgain: () => void
  onStartAgain: () => void
  onConfirm: (theirs: boolean, reason: string) => void
}

export function EnrollmentStage(props: StageProps) {
  const { view, expired, mayManage, busy, onNewCode } = props
  if (expired) {
    return (
      <QrPlaceholder icon={<Icon name="clock" className="size-16 opacity-60" />}>
        <p className="font-medium text-lg">{words.offer.expired}</p>
        <p className="text-pretty text-muted-foreground">
          {view.state === 'offered' ? words.offer.expiredText : words.offer.expiredTextEnded}
        </p>
        {mayManage && (
          <SubmitButton type="button" size="lg" pending={busy} onClick={onNewCode}>
            {words.offer.newCode}
          </SubmitButton>
        )}
      </QrPlaceholder>
    )
  }
  if (view.state === 'requesting' || view.state === 'offered') return <OfferStage {...props} />
  return (
    <div className="space-y-5">
      <Outcome {...props} />
      {(view.device || view.keys.length > 0) && (
        <Part title={words.device.title} note={words.device.untrusted}>
          <DeviceCard view={view} />
        </Part>
      )}
      {view.evidence && (
        <Part title={words.checks.title}>
          <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
            <ChecksSummary evidence={view.evidence} />
            <Button variant="outline" size="sm" onClick={showEvidence}>
              {words.checks.show}
            </Button>
          </div>
        </Part>
      )}
    </div>
  )
}

function OfferStage({ view, offsetMs, trainingPhone, mayManage, busy, onNewCode }: StageProps) {
  useEffect(() => void loadQrOffer(), [])
  if (view.offer)
    return (
      <QrOffer
        offer={view.offer}
        serverTime={view.serverTime}
        offsetMs={offsetMs}
        trainingPhone={trainingPhone}
        busy={busy}
        onNewCode={onNewCode}
      />
    )
  const hidden = view.state === 'offered' && !mayManage
  return (
    <QrPlaceholder icon={hidden ? <Icon name="lock" className="size-12 opacity-60" /> : undefined}>
      <p className="font-medium text-lg">{hidden ? words.headline.offered : words.offer.fetching}</p>
      <p className="text-pretty text-muted-foreground">{hidden ? words.offer.auditor : words.whoseMove.requesting}</p>
      {view.waitReason && (
        <p className="foreign flex gap-1.5 text-warning">
          <Icon name="hourglass" className="mt-0.5" />
          {view.waitReason}
        </p>
      )}
    </QrPlaceholder>
  )
}

function Part({ title, note, children }: { title: string; note?: string; children: ReactNode }) {
  return (
    <section className="border-t pt-4">
      <h2 className="mb-2 font-semibold text-sm">
        {title}
        {note && <span className="ml-2 font-normal text-muted-foreground">{note}</span>}
      </h2>
      {children}
    </section>
  )
}

function Outcome({ view, mayManage, busy, onSendAgain, onAskCaAgain, onStartAgain, onConfirm }: StageProps) {
  const { state } = view
  const atCa = failedAtCa(state, view.failure?.code)
  const startAgain = mayManage && (
    <SubmitButton
      type="button"
      variant={view.evidence?.verdict === 'failed' || atCa ? 'outline' : 'default'}
      pending={busy}
      onClick={onStartAgain}
    >
      {words.tryAgain}
    </SubmitButton>
  )
  switch (state) {
    case 'completed':
      return (
        <div className="flex items-start gap-4">
          <span className="flex size-12 shrink-0 items-center justify-center rounded-full bg-success text-success-foreground">
            <Icon name="check" className="size-7" />
          </span>
          <div className="min-w-0 space-y-1">
            <h2 className="font-medium text-lg">{words.outcome.completed}</h2>
            <p className="foreign text-pretty">{words.outcome.completedText(view.user.name, view.certificates.length > 1)}</p>
            <p className="text-pretty text-muted-foreground">{words.outcome.completedTry}</p>
            <div className="pt-2">
              <ButtonLink variant="outline" href={`/users/${encodeURIComponent(view.user.userid)}`}>
                {words.toUser}
                <Icon name="arrow-right" className="size-3.5" />
              </ButtonLink>
            </div>
          </div>
        </div>
      )
    case 'confirming':
      return (
        view.confirmation && (
          <ConfirmPanel view={view} confirmation={view.confirmation} mayManage={mayManage} busy={busy} onConfirm={onConfirm} />
        )
      )
    case 'undelivered': {
      const left = view.certificates.filter((certificate) => certificate.state !== 'revoked')
      // What is on hold is not delivered.
      const held = left.find((certificate) => certificate.state === 'held')
      const actions = mayManage && (
        <>
          {held ? (
            <ButtonLink variant="outline" href={`/certificates/${held.id}`}>
              {words.releaseFirst}
            </ButtonLink>
          ) : (
            <SubmitButton type="button" pending={busy} onClick={onSendAgain}>
              <Icon name="send" className="size-3.5" />
              {words.sendAgain}
            </SubmitButton>
          )}
          <Suspense fallback={null}>
            {left.map((certificate) => (
              <span key={certificate.id} className="inline-flex items-center gap-1.5">
                {left.length > 1 && <bdi className="foreign text-sm">{certificate.keyid}</bdi>}
                <RevokeButton
                  revoke={revokeAction}
                  size={left.length > 1 ? 'sm' : 'default'}
                  subject={ofCertificate(certificate, view.user.name, view.device?.name ?? null)}
                />
              </span>
            ))}
          </Suspense>
        </>
      )
      return view.failure ? (
        <OutcomePanel failure={view.failure} actions={actions} />
      ) : (
        <Plain text={words.outcome.undeliveredText}>{actions}</Plain>
      )
    }
    case 'rejected':
    case 'expired':
    case 'refused':
    case 'failed':
      return view.failure ? (
        <OutcomePanel
          failure={view.failure}
          actions={
            <>
              {view.evidence?.verdict === 'failed' && (
                <Button onClick={showEvidence}>
                  <Icon name="list-checks" className="size-3.5" />
                  {words.toEvidence}
                </Button>
              )}
              {mayManage && atCa && (
                <SubmitButton type="button" pending={busy} onClick={onAskCaAgain}>
                  {words.askCaAgain}
                </SubmitButton>
              )}
              {startAgain}
            </>
          }
        />
      ) : (
        <Plain>{startAgain}</Plain>
      )
    case 'cancelled':
      return <Plain text={words.outcome.cancelledText}>{startAgain}</Plain>
    case 'declined':
      return <Plain text={words.outcome.declinedText}>{startAgain}</Plain>
    case 'revoked_undelivered':
      return <Plain text={words.outcome.revokedText}>{startAgain}</Plain>
    default:
      return (
        <div className="flex items-start gap-3">
          <Icon name="loader-circle" className="mt-0.5 size-5 animate-spin text-link" />
          <div className="min-w-0 space-y-1">
            <p className="text-pretty">{words.whoseMove[state as keyof typeof words.whoseMove]}</p>
            {view.waitReason && <p className="foreign text-warning">{view.waitReason}</p>}
          </div>
        </div>
      )
  }
}

function Plain({ text, children }: { text?: string; children: ReactNode }) {
  return (
    <div className="space-y-3">
      {text && <p className="text-pretty">{text}</p>}
      {children && <div className="flex flex-wrap gap-2">{children}</div>}
    </div>
  )
}
