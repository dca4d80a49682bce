'use client'
/** Whose certificate this will be, in the words of the request itself: the person's one chance to see that it is somebody else's. */
import { phone as text } from '#lib/messages/phone.ts'
import type { OpenedOffer } from '#lib/simulator/phone/phone.ts'
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
  onContinue,
  onRefuse,
}: {
  offer: OpenedOffer
  onContinue: () => void
  onRefuse: () => void
}) {
  const { servername, name } = offer.command.profile
  const several = offer.requests.length > 1
  const time = offer.expiresAt.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
  return (
    <>
      <ScreenTitle>{text.offer.title}</ScreenTitle>
      <dl className="mt-4 divide-y rounded-xl border bg-card shadow-card">
        <Row label={text.offer.profile} value={name} />
        <Row label={text.offer.server} value={`${servername} (${offer.host})`} />
        <Row label={text.offer.user} value={offer.command.userid} />
      </dl>
      {offer.requests.map(({ keyid, subject }) => (
        <section key={keyid} className="mt-4">
          <h2 className="px-1 font-medium text-base">{text.offer.subject(keyid, several)}</h2>
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
