'use client'
/** Whose certificate this will be, in the words of the request itself: the person's one chance to see that it is somebody else's. */
import { phone as text } from '#lib/messages/phone.ts'
import type { KeyKind } from '#lib/simulator/phone/keys.ts'
import { kindsFor, type OpenedOffer } from '#lib/simulator/phone/phone.ts'
import { PhoneButton } from './phone-button.tsx'
import { ScreenTitle } from './screen-title.tsx'

function Row({ label, value }: { label: string; value: string }) {
  return (
    <div className="px-3.5 py-2">
      <dt className="text-muted-foreground text-sm">{label}</dt>
      <dd className="foreign text-lg">{value}</dd>
    </div>
  )
}

export function OfferScreen({
  offer,
  supported,
  onContinue,
  onRefuse,
}: {
  offer: OpenedOffer
  supported: readonly KeyKind[]
  onContinue: () => void
  onRefuse: () => void
}) {
  const { servername, name } = offer.command.profile
  // One person, one subject: what is the same for all keys is said once.
  const isOne = new Set(offer.requests.map(({ subjectText }) => subjectText)).size === 1
  const shown = isOne ? offer.requests.slice(0, 1) : offer.requests
  const kinds = kindsFor(offer, supported)
  const time = offer.expiresAt.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
  return (
    <>
      <ScreenTitle>{text.offer.title}</ScreenTitle>
      <dl className="mt-4 divide-y rounded-xl border bg-card shadow-card">
        <Row label={text.offer.profile} value={name} />
        <Row label={text.offer.server} value={`${servername} (${offer.host})`} />
        <Row label={text.offer.user} value={offer.command.userid} />
      </dl>
      {shown.map(({ keyid, subject }) => (
        <section key={keyid} className="mt-4">
          <h2 className="px-1 font-medium text-base">{text.offer.subject(keyid, shown.length > 1)}</h2>
          <dl className="mt-1.5 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 rounded-xl border bg-card px-3.5 py-2.5 shadow-card">
            {subject.toReversed().map(({ type, value }) => (
              <div key={`${type}=${value}`} className="contents">
                <dt className="text-muted-foreground text-sm leading-6">{text.attributes[type] ?? type}</dt>
                <dd className="foreign text-base leading-6">{value}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <section className="mt-4">
        <h2 className="px-1 font-medium text-base">{text.offer.keys(offer.requests.length)}</h2>
        <dl className="mt-1.5 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 rounded-xl border bg-card px-3.5 py-2.5 shadow-card">
          {offer.requests.map(({ keyid, usage }, index) => (
            <div key={keyid} className="contents">
              <dt className="foreign text-muted-foreground text-sm leading-6">{keyid}</dt>
              <dd className="foreign text-base leading-6">{text.offer.key(kinds[index] ?? null, usage)}</dd>
            </div>
          ))}
        </dl>
      </section>
      <p className="mt-4 px-1 text-muted-foreground text-sm">
        {text.offer.check} {text.offer.expires(time)}
      </p>
      <div className="mt-auto space-y-2.5 pt-6">
        <PhoneButton onClick={onContinue}>{text.offer.continue}</PhoneButton>
        <PhoneButton variant="ghost" onClick={onRefuse}>
          {text.offer.refuse}
        </PhoneButton>
      </div>
    </>
  )
}
