import Link from 'next/link'
import { Card, CardContent, CardHeader, CardTitle } from '#components/ui/card.tsx'
import { Copyable } from '#components/ui/copyable.tsx'
import { Description, DescriptionList } from '#components/ui/description-list.tsx'
import { AbsoluteTime } from '#components/ui/relative-time.tsx'
import type { CertificateView } from '#lib/core/views.ts'
import { certificates } from '#lib/messages/certificates.ts'
import { common } from '#lib/messages/common.ts'
import type { CertificateDescription } from '../describe-certificate.ts'

const words = certificates.detail
const link = 'text-link hover:underline'

export function IdentityCard({ certificate: c }: { certificate: CertificateView }) {
  const person = `/users/${encodeURIComponent(c.user.userid)}`
  return (
    <Card>
      <CardHeader>
        <CardTitle>{words.identity}</CardTitle>
      </CardHeader>
      <CardContent>
        <DescriptionList>
          <Description term={words.subject}>
            <Copyable value={c.subject} what={words.subject.toLowerCase()} mono={false} />
          </Description>
          <Description term={words.person}>
            <Link href={person} prefetch={false} className={link}>
              {c.user.name}
            </Link>{' '}
            <span className="text-muted-foreground text-sm">{c.user.userid}</span>
          </Description>
          <Description term={words.phone}>
            {c.phone ? (
              <Link href={`${person}#phone-${c.phone.id}`} prefetch={false} className={link}>
                {c.phone.name || c.phone.id}
              </Link>
            ) : (
              common.none
            )}
          </Description>
          <Description term={words.enrollment}>
            <Link href={`/enrollments/${c.enrollmentId}`} prefetch={false} className={link}>
              {words.openEnrollment}
            </Link>
          </Description>
          <Description term={words.issued}>{c.issuedAt ? <AbsoluteTime at={c.issuedAt} full /> : common.none}</Description>
          <Description term={words.delivered}>
            {c.deliveredAt ? (
              <AbsoluteTime at={c.deliveredAt} full />
            ) : (
              <span className="text-muted-foreground">{words.notDelivered}</span>
            )}
          </Description>
          <Description term={words.serial}>
            {c.serialNumber === null ? (
              <span className="text-muted-foreground">{words.serialPending}</span>
            ) : (
              <Copyable value={c.serialNumber} what={words.serial.toLowerCase()} />
            )}
          </Description>
        </DescriptionList>
      </CardContent>
    </Card>
  )
}

export function FingerprintsCard({
  certificate: c,
  description,
}: {
  certificate: CertificateView
  description: CertificateDescription | null
}) {
  return (
    <Card>
      <CardHeader>
        <CardTitle>{words.technical}</CardTitle>
      </CardHeader>
      <CardContent className="space-y-3">
        <DescriptionList>
          {description && <Description term={words.algorithm}>{description.publicKey}</Description>}
          <Description term={words.key}>{c.keyid}</Description>
          {description?.extensions.map(({ name, value }) => (
            <Description key={name} term={name}>
              {value}
            </Description>
          ))}
          {c.sha256 && (
            <Description term={words.sha256}>
              <Copyable value={c.sha256} what={words.sha256} />
            </Description>
          )}
          <Description term={words.spki}>
            <Copyable value={c.spkiSha256} what={words.spki} />
          </Description>
        </DescriptionList>
        {c.pem && (
          <details className="text-sm">
            <summary className="w-fit rounded-sm text-link hover:underline">{words.pem}</summary>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be focusable */}
            <pre tabIndex={0} className="mt-2 overflow-x-auto rounded-md border bg-muted/50 p-3 font-mono text-xs leading-4.5">
              {c.pem}
            </pre>
          </details>
        )}
      </CardContent>
    </Card>
  )
}
