import Link from 'next/link'
import { RevokeButton } from '#components/certificate/revoke-button.tsx'
import { ofCertificate, ofPhone } from '#components/certificate/revoke-subject.ts'
import { CertificateStanding, isRevocable, ShortSerial } from '#components/certificate/state.tsx'
import { Card, CardHeader } from '#components/ui/card.tsx'
import { Expiry } from '#components/ui/expiry.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { AbsoluteTime, RelativeTime } from '#components/ui/relative-time.tsx'
import type { CertificateRow, UserView } from '#lib/core/views.ts'
import { certificates } from '#lib/messages/certificates.ts'
import { phones } from '#lib/messages/phones.ts'
import { users } from '#lib/messages/users.ts'
import { revokeAction } from '../../certificates/actions.ts'

const words = users.user

type Phone = UserView['phoneList'][number]

/** One phone with what is on it. People call about the phone, not about a certificate. */
export function PhoneCard({ phone, userName, mayRevoke }: { phone: Phone; userName: string; mayRevoke: boolean }) {
  const name = phone.name || phones.unnamed
  const revocable = phone.certificates.filter(isRevocable)
  return (
    <Card id={`phone-${phone.id}`} className="scroll-mt-16 overflow-hidden target:ring-2 target:ring-ring">
      <CardHeader
        actions={
          <div className="flex flex-wrap items-center justify-end gap-x-3 gap-y-1">
            <p className="text-muted-foreground text-sm">
              {words.lastContact} <RelativeTime at={phone.lastContactAt} />
            </p>
            {mayRevoke && revocable.length > 0 && (
              <RevokeButton size="sm" revoke={revokeAction} subject={ofPhone(phone.id, name, userName, revocable)} />
            )}
          </div>
        }
      >
        <div className="flex min-w-0 items-center gap-2.5">
          <Icon name="smartphone" className="size-5 text-muted-foreground" />
          <div className="min-w-0">
            <h3 className="foreign font-medium">{name}</h3>
            <p className="foreign text-muted-foreground text-sm">
              {[phone.model, phone.operatingSystem, phone.profileName].filter(Boolean).join(' · ')}
            </p>
          </div>
        </div>
      </CardHeader>
      {phone.certificates.length === 0 ? (
        <p className="px-4 py-4 text-muted-foreground text-sm">{words.noCertificates}</p>
      ) : (
        <ul className="divide-y" aria-label={`${certificates.title}: ${name}`}>
          {phone.certificates.map((c) => (
            <CertificateLine
              key={c.id}
              certificate={c}
              userName={userName}
              phoneName={phone.name || null}
              mayRevoke={mayRevoke}
            />
          ))}
        </ul>
      )}
    </Card>
  )
}

function CertificateLine({
  certificate: c,
  userName,
  phoneName,
  mayRevoke,
}: {
  certificate: CertificateRow
  userName: string
  phoneName: string | null
  mayRevoke: boolean
}) {
  return (
    <li className="flex min-h-12 items-center gap-3 px-4 py-2">
      <div className="min-w-0 flex-1">
        <Link
          href={`/certificates/${c.id}`}
          prefetch={false}
          className="foreign font-medium text-sm hover:text-link hover:underline"
        >
          {c.profile}
        </Link>
        <p className="text-muted-foreground text-sm">
          {c.state === 'revoked' && c.revokedAt ? (
            <>
              {certificates.detail.revokedOn} <AbsoluteTime at={c.revokedAt} />
            </>
          ) : (
            <>
              {certificates.detail.until} <Expiry at={c.notAfter} daysLeft={c.daysLeft} inline />
            </>
          )}
          <span className="max-md:hidden">
            {' · '}
            <ShortSerial serialNumber={c.serialNumber} />
          </span>
        </p>
      </div>
      <CertificateStanding certificate={c} />
      {mayRevoke && isRevocable(c) && (
        <RevokeButton size="sm" revoke={revokeAction} subject={ofCertificate(c, userName, phoneName)} />
      )}
    </li>
  )
}
