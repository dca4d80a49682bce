import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { FollowCertificate } from '#components/certificate/follow-certificate.tsx'
import { ReleaseButton } from '#components/certificate/release-button.tsx'
import { RevocationProofCard } from '#components/certificate/revocation-proof.tsx'
import { RevokeButton } from '#components/certificate/revoke-button.tsx'
import { ofCertificate } from '#components/certificate/revoke-subject.ts'
import { CertificateStanding, isRevocable } from '#components/certificate/state.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { may } from '#lib/auth/permissions.ts'
import type { CertificateView } from '#lib/core/views.ts'
import { certificates } from '#lib/messages/certificates.ts'
import { releaseAction, revokeAction } from '../actions.ts'
import { CertificateNotice } from './_components/certificate-notice.tsx'
import { ChainCard } from './_components/chain-card.tsx'
import { Downloads } from './_components/downloads.tsx'
import { FingerprintsCard, IdentityCard } from './_components/facts.tsx'
import { ValidityCard } from './_components/validity-card.tsx'
import { describeCertificate } from './describe-certificate.ts'
import { readCertificate } from './read-certificate.ts'

const words = certificates.detail

interface Props {
  params: Promise<{ id: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { certificate } = await readCertificate((await params).id)
  return { title: certificate ? words.titleOf(certificate.user.name) : certificates.title }
}

export default async function CertificatePage({ params }: Props) {
  const { certificate: c, grant } = await readCertificate((await params).id)
  if (!c) notFound()
  const description = c.pem ? describeCertificate(c.pem) : null
  const mayRevoke = may(grant.actor, 'certificate:revoke')
  return (
    <>
      <PageHeader
        title={words.titleOf(c.user.name)}
        parent={{ href: '/certificates', title: certificates.title }}
        badge={<CertificateStanding certificate={c} />}
        actions={
          <>
            <Downloads certificate={c} />
            {mayRevoke && isRevocable(c) ? (
              <>
                {c.state === 'held' && <ReleaseButton certificateId={c.id} release={releaseAction} />}
                <RevokeButton revoke={revokeAction} subject={ofCertificate(c, c.user.name, c.phone?.name || null)} />
              </>
            ) : (
              <p className="text-muted-foreground text-sm">{whyNotRevoke(c, mayRevoke)}</p>
            )}
          </>
        }
      >
        {c.profile}
      </PageHeader>
      <CertificateNotice certificate={c} />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_26rem]">
        <div className="min-w-0 space-y-4">
          <ValidityCard certificate={c} />
          <IdentityCard certificate={c} />
          <FingerprintsCard certificate={c} description={description} />
        </div>
        <div className="min-w-0 space-y-4">
          {c.revocation && <RevocationProofCard revocation={c.revocation} changedAt={c.revokedAt} />}
          <ChainCard certificate={c} description={description} />
        </div>
      </div>
      <FollowCertificate id={c.id} />
    </>
  )
}

/** An action that is missing says why; the notice under the title does, for what is revoked or expired. */
function whyNotRevoke(c: CertificateView, mayRevoke: boolean): string | null {
  const { missing } = certificates.revoke
  if (c.state === 'reserved') return missing.reserved
  return mayRevoke || !isRevocable(c) ? null : missing.role
}
