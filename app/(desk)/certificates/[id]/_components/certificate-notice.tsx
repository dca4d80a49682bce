import { Alert } from '#components/ui/alert.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { AbsoluteTime } from '#components/ui/relative-time.tsx'
import type { CertificateView } from '#lib/core/views.ts'
import { certificates, reasonWords } from '#lib/messages/certificates.ts'

const words = certificates.detail

/** What somebody must know about this certificate before anything else, if there is such a thing. */
export function CertificateNotice({ certificate: c }: { certificate: CertificateView }) {
  const replace = (
    <ButtonLink href={`/enrollments/new?user=${encodeURIComponent(c.user.userid)}`} variant="outline" size="sm">
      {words.newEnrollment}
    </ButtonLink>
  )
  if (c.revocation?.state === 'by_hand') {
    const facts = words.byHandFacts(c.serialNumber ?? '', c.revocation.reason)
    return (
      <Alert tone="warning" className="mb-4" title={words.byHandTitle[c.revocation.kind]}>
        <p>{words.byHandText[c.revocation.kind]}</p>
        <p className="mt-1 flex flex-wrap items-center gap-2 font-mono text-sm">
          {facts}
          <CopyButton value={`${c.issuer}\n${c.subject}\n${facts}`} what={words.copyFacts} />
        </p>
      </Alert>
    )
  }
  if (c.state === 'held')
    return (
      <Alert
        tone="warning"
        className="mb-4"
        title={
          c.revokedAt && (
            <>
              {words.heldOn} <AbsoluteTime at={c.revokedAt} full />
            </>
          )
        }
      >
        <p>{words.heldText(c.revocation?.kind === 'hold' ? c.revocation.requestedBy : null)}</p>
        {c.revocation?.note && <p className="foreign mt-1 text-sm">{c.revocation.note}</p>}
      </Alert>
    )
  if (c.state === 'revoked')
    return (
      <Alert
        tone="destructive"
        className="mb-4"
        title={
          c.revokedAt && (
            <>
              {words.revokedOn} <AbsoluteTime at={c.revokedAt} full />
            </>
          )
        }
      >
        <p>{words.revokedText(reasonWords(c.revocationReason), c.revocation?.requestedBy ?? null)}</p>
        {c.revocation?.note && <p className="foreign mt-1 text-sm">{c.revocation.note}</p>}
      </Alert>
    )
  if (c.revoking && c.revocation)
    return (
      <Alert tone="warning" className="mb-4" title={words.wantedTitle}>
        {words.wantedText(c.revocation.requestedBy)}
      </Alert>
    )
  if (c.state === 'expired')
    return (
      <Alert tone="warning" className="mb-4" title={words.expiredTitle} actions={replace}>
        {words.expiredText}
      </Alert>
    )
  if (c.state !== 'reserved' && c.deliveredAt === null)
    return (
      <Alert
        tone="warning"
        className="mb-4"
        title={words.undeliveredTitle}
        actions={
          <ButtonLink href={`/enrollments/${c.enrollmentId}`} variant="outline" size="sm">
            {words.openEnrollment}
          </ButtonLink>
        }
      >
        {words.undeliveredText}
      </Alert>
    )
  if (c.state === 'expiring')
    return (
      <Alert tone="warning" className="mb-4" title={words.expiringTitle(c.daysLeft)} actions={replace}>
        {words.expiringText}
      </Alert>
    )
  return null
}
