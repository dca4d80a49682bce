'use client'
import { useEffect, useRef, useState } from 'react'
import { Alert } from '#components/ui/alert.tsx'
import { phone as text } from '#lib/messages/phone.ts'
import { readOfferLink } from '#lib/simulator/phone/offer-link.ts'
import { PhoneButton } from './phone-button.tsx'
import { makeQrReader } from './read-qr-code.ts'
import { ScreenTitle } from './screen-title.tsx'

const EVERY_MS = 150

const isOffer = (link: string): boolean => {
  try {
    readOfferLink(link)
    return true
  } catch {
    return false
  }
}

/** Looks until it sees an offer; any other code is said and looked past. */
export function ScanScreen({ onOffer, onBack }: { onOffer: (link: string) => void; onBack: () => void }) {
  const video = useRef<HTMLVideoElement>(null)
  const found = useRef(onOffer)
  found.current = onOffer
  const [state, setState] = useState<'starting' | 'looking' | 'other' | 'none'>('starting')

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let stream: MediaStream | undefined
    let over = false
    const stop = () => {
      over = true
      clearTimeout(timer)
      for (const track of stream?.getTracks() ?? []) track.stop()
    }
    const start = async () => {
      const read = await makeQrReader()
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
      const picture = video.current
      if (over || !picture) return stop()
      picture.srcObject = stream
      await picture.play()
      setState('looking')
      const look = async () => {
        const code = await read(picture).catch(() => null)
        if (over) return
        if (code && isOffer(code)) {
          stop()
          return found.current(code)
        }
        if (code) setState('other')
        timer = setTimeout(look, EVERY_MS)
      }
      await look()
    }
    start().catch(() => {
      if (!over) setState('none')
      stop()
    })
    return stop
  }, [])

  return (
    <>
      <ScreenTitle>{text.scan.title}</ScreenTitle>
      {state === 'none' ? (
        <Alert tone="warning" live className="mt-4">
          {text.scan.noCamera}
        </Alert>
      ) : (
        <>
          <p className="mt-1.5 text-base text-muted-foreground">
            {state === 'starting' ? text.scan.starting : state === 'other' ? text.scan.notAnOffer : text.scan.hint}
          </p>
          <video
            ref={video}
            muted
            playsInline
            aria-label={text.scan.picture}
            className="mt-4 aspect-square w-full rounded-2xl bg-black object-cover"
          />
        </>
      )}
      <PhoneButton variant="ghost" className="mt-auto" onClick={onBack}>
        {text.back}
      </PhoneButton>
    </>
  )
}
