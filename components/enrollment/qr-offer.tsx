'use client'
/** The heart of the live page: the code, how long it lives, and the ways to get it to the phone. */
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { Icon } from '#components/ui/icon.tsx'
import type { EnrollmentView } from '#lib/core/views.ts'
import { enrollments as words } from '#lib/messages/enrollments.ts'
import { Countdown } from './countdown.tsx'
import { OfferField } from './offer-field.tsx'
import { QrCode } from './qr-code.tsx'

type Offer = NonNullable<EnrollmentView['offer']>

export function QrOffer({
  offer,
  serverTime,
  offsetMs,
  trainingPhone,
  busy,
  onNewCode,
}: {
  offer: Offer
  serverTime: string
  offsetMs: number
  /** The training phone exists where the simulator runs. */
  trainingPhone: boolean
  busy: boolean
  onNewCode: () => void
}) {
  return (
    <div className="flex flex-wrap items-start gap-x-8 gap-y-5">
      <div className="mx-auto flex w-full max-w-[344px] flex-col items-center gap-3 sm:mx-0">
        <QrCode value={offer.uri} label={words.offer.qr} />
        <Countdown
          label={words.offer.expiresIn}
          expiresAt={offer.expiresAt}
          lifeMs={offer.timeoutS * 1000}
          serverTime={serverTime}
          offsetMs={offsetMs}
        />
      </div>
      <div className="min-w-0 flex-1 basis-64 space-y-4">
        <div className="space-y-1">
          <p className="text-pretty font-medium text-lg">{words.offer.instructions}</p>
          <p className="text-muted-foreground text-sm">{words.offer.getApp}</p>
        </div>
        <div className="flex flex-wrap gap-2">
          <Button variant="outline" onClick={onNewCode} disabled={busy} title={words.offer.newCodeHint}>
            <Icon name="refresh-cw" className="size-3.5" />
            {words.offer.newCode}
          </Button>
          <CopyButton value={offer.uri} what={words.offer.field}>
            {words.offer.copyLink}
          </CopyButton>
          {trainingPhone && (
            <a
              href={`/phone#offer=${encodeURIComponent(offer.uri)}`}
              target="_blank"
              rel="noopener"
              className={buttonVariants({ variant: 'outline' })}
            >
              <Icon name="smartphone" className="size-3.5" />
              {words.offer.trainingPhone}
            </a>
          )}
        </div>
        <OfferField label={words.offer.field} value={offer.uri} />
        <p className="flex items-start gap-1.5 text-muted-foreground text-sm">
          <Icon name="lock" className="mt-0.5 size-3.5" />
          {words.offer.secret}
        </p>
      </div>
    </div>
  )
}
