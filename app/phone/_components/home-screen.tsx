'use client'
import { useState } from 'react'
import { Icon } from '#components/ui/icon.tsx'
import { fieldClass } from '#components/ui/input.tsx'
import { Field } from '#components/ui/label.tsx'
import { phone as text } from '#lib/messages/phone.ts'
import { readCertificate } from '#lib/simulator/phone/certificate.ts'
import { PhoneButton } from './phone-button.tsx'
import type { SavedProfile } from './profile-store.ts'
import { ScreenTitle } from './screen-title.tsx'
import type { Phone } from './use-phone.ts'

function profileState({ certificates, left }: SavedProfile): string {
  const [first] = certificates
  if (!first) return left ? text.home.left : text.home.waiting
  const { notAfter } = readCertificate(first.der)
  return notAfter < new Date() ? text.home.expired(notAfter) : text.home.valid(notAfter)
}

export function HomeScreen({ phone }: { phone: Phone }) {
  const [link, setLink] = useState('')
  const { profiles } = phone
  return (
    <>
      <ScreenTitle quiet>{text.home.title}</ScreenTitle>
      {profiles?.length ? (
        <ul aria-label={text.home.list} className="mt-4 space-y-2">
          {profiles.map((profile) => (
            <li key={profile.id}>
              <button
                type="button"
                onClick={() => phone.setScreen({ name: 'profile', profile })}
                className="flex w-full items-center gap-3 rounded-xl border bg-card px-3.5 py-3 text-left shadow-card hover:bg-accent"
              >
                <Icon name={profile.certificates.length ? 'badge-check' : 'hourglass'} className="size-6 text-primary" />
                <span className="min-w-0 flex-1">
                  <span className="foreign-line block font-medium text-lg">{profile.name}</span>
                  <span className="foreign-line block text-muted-foreground text-sm">{profile.userid}</span>
                  <span className="block text-muted-foreground text-sm">{profileState(profile)}</span>
                </span>
                <Icon name="chevron-right" className="text-muted-foreground" />
              </button>
            </li>
          ))}
        </ul>
      ) : (
        <div className="flex flex-1 flex-col items-center justify-center gap-2 py-8 text-center">
          <Icon name="id-card" className="size-10 text-muted-foreground" />
          <p className="font-medium text-lg">{text.home.none}</p>
          <p className="text-balance text-base text-muted-foreground">{text.home.noneHint}</p>
        </div>
      )}
      <div className="mt-auto space-y-5 pt-6">
        <PhoneButton onClick={() => phone.setScreen({ name: 'scan' })}>
          <Icon name="qr-code" className="size-5" />
          {text.home.scan}
        </PhoneButton>
        <form
          className="space-y-2.5"
          onSubmit={(event) => {
            event.preventDefault()
            setLink('')
            phone.open(link)
          }}
        >
          <Field id="offer" label={text.home.offerLink} hint={text.home.offerHint}>
            <input
              id="offer"
              className={`${fieldClass} h-11`}
              aria-describedby="offer-note"
              value={link}
              onChange={(event) => setLink(event.target.value)}
              required
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
            />
          </Field>
          <PhoneButton type="submit" variant="outline">
            {text.home.openOffer}
          </PhoneButton>
        </form>
      </div>
    </>
  )
}
