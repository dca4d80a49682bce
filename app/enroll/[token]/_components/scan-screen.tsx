'use client'
/**
 * The code for another device's camera; on the phone itself a link that opens the app. Which it is says the pointer: a finger (coarse) is a
 * phone or tablet. Both are on the page, so that a wrong guess costs one tap. The QR drawing is loaded when it is first needed.
 */
import { lazy, Suspense, useEffect, useState } from 'react'
import { Countdown } from '#components/enrollment/countdown.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { enroll } from '#lib/messages/enroll.ts'
import type { SelfView } from '../../self-view.ts'
import { bigButtonClass } from './big-button.tsx'
import { CopyField } from './copy-field.tsx'
import { Headline, Message } from './message.tsx'

const words = enroll.scan
const QrCode = lazy(() => import('#components/enrollment/qr-code.tsx').then((module) => ({ default: module.QrCode })))

/** Null until the browser has said. */
function useTouch(): boolean | null {
  const [touch, setTouch] = useState<boolean | null>(null)
  useEffect(() => {
    const query = window.matchMedia('(pointer: coarse)')
    setTouch(query.matches)
    const onChange = () => setTouch(query.matches)
    query.addEventListener('change', onChange)
    return () => query.removeEventListener('change', onChange)
  }, [])
  return touch
}

export function ScanScreen({
  enrollment,
  offsetMs,
  busy,
  onNewCode,
}: {
  enrollment: SelfView['enrollment']
  offsetMs: number
  busy: boolean
  onNewCode: () => void
}) {
  const touch = useTouch()
  const offer = enrollment?.offer
  if (!enrollment || !offer || touch === null)
    return (
      <Message icon="loader-circle" spin title={enroll.fetching.title}>
        <p>{enroll.fetching.text}</p>
        {enrollment?.slow && <p>{enroll.fetching.slow}</p>}
      </Message>
    )
  const qr = (
    <Suspense fallback={<div className="aspect-square w-full max-w-[344px] rounded-lg border bg-white" />}>
      <QrCode value={offer.uri} label={words.qr} />
    </Suspense>
  )
  return (
    <div className="space-y-6">
      <Headline>{touch ? words.titleOnPhone : words.title}</Headline>
      {touch ? (
        <>
          <p className="text-pretty">{words.onPhone}</p>
          <a href={offer.uri} className={bigButtonClass}>
            <Icon name="smartphone" className="size-5" />
            {words.open}
          </a>
        </>
      ) : (
        <>
          <ol className="list-decimal space-y-1 pl-6">
            <li>{words.step1}</li>
            <li>{words.step2}</li>
            <li>{words.step3}</li>
          </ol>
          {qr}
        </>
      )}
      <div className="max-w-[344px]">
        <Countdown
          large
          label={words.expiresIn}
          expiresAt={offer.expiresAt}
          lifeMs={offer.timeoutS * 1000}
          serverTime={enrollment.serverTime}
          offsetMs={offsetMs}
        />
      </div>
      <p className="flex items-start gap-2 text-base text-muted-foreground">
        <Icon name="lock" className="mt-1" />
        {words.secret}
      </p>
      {touch && (
        <>
          <p className="text-pretty text-base text-muted-foreground">{words.nothing}</p>
          <details className="rounded-lg border bg-card px-4 py-3">
            <summary className="font-medium text-base">{words.other}</summary>
            <div className="pt-4">{qr}</div>
          </details>
        </>
      )}
      <CopyField value={offer.uri} hint={touch ? words.copyHint : words.cannotScanHint} />
      <button
        type="button"
        disabled={busy}
        onClick={onNewCode}
        className="inline-flex min-h-11 items-center gap-2 rounded-lg border bg-card px-4 font-medium text-base hover:bg-accent disabled:opacity-60"
      >
        <Icon name="refresh-cw" />
        {words.newCode}
      </button>
    </div>
  )
}
