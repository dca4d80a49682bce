import Link from 'next/link'
import { RevokeButton } from '#components/certificate/revoke-button.tsx'
import { CertificateStanding, isRevocable, ShortSerial } from '#components/certificate/state.tsx'
import { Card, CardHeader } from '#components/ui/card.tsx'
import { Expiry } from '#components/ui/expiry.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { AbsoluteTime, RelativeTime } from '#components/ui/relative-time.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '#components/ui/table.tsx'
import type { UserView } from '#lib/core/views.ts'
import { certificates } from '#lib/messages/certificates.ts'
import { phones } from '#lib/messages/phones.ts'
import { users } from '#lib/messages/users.ts'
import { revokeAction } from '../../certificates/actions.ts'

const words = users.user

type Phone = UserView['phoneList'][number]

/** One phone with what is on it. People call about the phone, not about a certificate. */
export function PhoneCard({ phone, userName, mayRevoke }: { phone: Phone; userName: string; mayRevoke: boolean }) {
  const name = phone.name || phones.unnamed
  return (
    <Card id={`phone-${phone.id}`} className="scroll-mt-16 overflow-hidden target:ring-2 target:ring-ring">
      <CardHeader
        actions={
          <p className="text-muted-foreground text-sm">
            {words.lastContact} <RelativeTime at={phone.lastContactAt} />
          </p>
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
        <Table label={`${certificates.title}: ${name}`}>
          <TableHeader>
            <tr>
              <TableHead>{certificates.columns.profile}</TableHead>
              <TableHead>{certificates.columns.status}</TableHead>
              <TableHead>{certificates.columns.expires}</TableHead>
              <TableHead className="max-md:hidden">{certificates.columns.serial}</TableHead>
              <TableHead>
                <span className="sr-only">{certificates.columns.actions}</span>
              </TableHead>
            </tr>
          </TableHeader>
          <TableBody>
            {phone.certificates.map((c) => (
              <TableRow key={c.id}>
                <TableCell className="max-w-60">
                  <Link
                    href={`/certificates/${c.id}`}
                    prefetch={false}
                    className="foreign-line block font-medium hover:text-link hover:underline"
                  >
                    {c.profile}
                  </Link>
                </TableCell>
                <TableCell>
                  <CertificateStanding certificate={c} />
                </TableCell>
                <TableCell className="whitespace-nowrap">
                  {c.state === 'revoked' && c.revokedAt ? (
                    <AbsoluteTime at={c.revokedAt} className="text-muted-foreground" />
                  ) : (
                    <Expiry at={c.notAfter} daysLeft={c.daysLeft} />
                  )}
                </TableCell>
                <TableCell className="max-md:hidden">
                  <ShortSerial serialNumber={c.serialNumber} />
                </TableCell>
                <TableCell className="text-right">
                  {mayRevoke && isRevocable(c) && (
                    <RevokeButton
                      size="sm"
                      revoke={revokeAction}
                      certificate={{
                        id: c.id,
                        serialNumber: c.serialNumber,
                        profile: c.profile,
                        subject: c.subject,
                        notAfter: c.notAfter,
                        userName,
                        phoneName: phone.name || null,
                      }}
                    />
                  )}
                </TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
    </Card>
  )
}
