/** The certificates that came of an enrolment: what is in them, how long they hold, and the files. */
import { buttonVariants } from '#components/ui/button.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { Copyable } from '#components/ui/copyable.tsx'
import { Description, DescriptionList } from '#components/ui/description-list.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { AbsoluteTime } from '#components/ui/relative-time.tsx'
import { CertificateStateBadge } from '#components/ui/status-badge.tsx'
import type { EnrollmentView } from '#lib/core/views.ts'
import { enrollmentCertificate as words } from '#lib/messages/enrollment-certificate.ts'

const DAY_MS = 86_400_000

export function CertificatePanel({ certificate: c }: { certificate: EnrollmentView['certificates'][number] }) {
  const total = Math.max(1, Math.round((Date.parse(c.notAfter) - Date.parse(c.notBefore)) / DAY_MS))
  const left = Math.min(total, Math.max(0, c.daysLeft))
  return (
    <article className="rounded-lg border">
      <header className="flex items-start justify-between gap-3 border-b px-4 py-3">
        <div className="flex min-w-0 flex-1 items-start gap-3">
          <span className="flex size-9 shrink-0 items-center justify-center rounded-lg border bg-muted text-muted-foreground">
            <Icon name="badge-check" className="size-5" />
          </span>
          <div className="min-w-0">
            <h3 className="foreign font-medium">{c.subject}</h3>
            <p className="text-muted-foreground text-sm">
              {words.issuer} <bdi className="foreign text-foreground">{c.issuer}</bdi>
            </p>
          </div>
        </div>
        <CertificateStateBadge state={c.state} />
      </header>
      <div className="space-y-4 px-4 py-3">
        <div>
          <div className="flex flex-wrap justify-between gap-x-4 text-sm">
            <span>
              {words.validity} <AbsoluteTime at={c.notBefore} /> {words.until} <AbsoluteTime at={c.notAfter} />
            </span>
            <span className="text-muted-foreground tabular-nums">{words.left(left, total)}</span>
          </div>
          <div aria-hidden="true" className="mt-1.5 h-1.5 overflow-hidden rounded-full bg-muted">
            <div
              className={`h-full rounded-full ${c.state === 'active' ? 'bg-success' : c.state === 'expiring' ? 'bg-warning' : 'bg-border'}`}
              style={{ width: `${(left / total) * 100}%` }}
            />
          </div>
        </div>
        <DescriptionList>
          <Description term={words.serial}>
            {c.serialNumber === null ? (
              <span className="text-muted-foreground">{words.serialPending}</span>
            ) : (
              <Copyable value={c.serialNumber} what={words.serial.toLowerCase()} />
            )}
          </Description>
          <Description term={words.keyid}>{c.keyid}</Description>
          <Description term={words.delivered}>
            {c.deliveredAt ? (
              <AbsoluteTime at={c.deliveredAt} full />
            ) : (
              <span className="text-muted-foreground">{words.notDelivered}</span>
            )}
          </Description>
          {c.revokedAt && (
            <Description term={words.revoked}>
              <AbsoluteTime at={c.revokedAt} full /> {c.revocationReason && `(${c.revocationReason})`}
            </Description>
          )}
        </DescriptionList>
        <div className="flex flex-wrap gap-2">
          {c.pem && (
            <>
              <a
                href={`/certificates/${c.id}/download?format=pem`}
                download
                className={buttonVariants({ variant: 'outline', size: 'sm' })}
              >
                <Icon name="download" className="size-3.5" />
                {words.downloadPem}
              </a>
              <a
                href={`/certificates/${c.id}/download?format=der`}
                download
                className={buttonVariants({ variant: 'outline', size: 'sm' })}
              >
                <Icon name="download" className="size-3.5" />
                {words.downloadDer}
              </a>
            </>
          )}
          <ButtonLink href={`/certificates/${c.id}`} variant="ghost" size="sm">
            {words.open}
            <Icon name="arrow-right" className="size-3.5" />
          </ButtonLink>
        </div>
      </div>
    </article>
  )
}
