import { Badge } from '#components/ui/badge.tsx'
import { CertificateStateBadge } from '#components/ui/status-badge.tsx'
import type { CertificateRow } from '#lib/core/views.ts'
import { certificates } from '#lib/messages/certificates.ts'

type Standing = Pick<CertificateRow, 'state' | 'revoking' | 'byHand'>

/** The state, and whether it is about to change. */
export function CertificateStanding({ certificate: c }: { certificate: Standing }) {
  if (c.byHand)
    return (
      <Badge tone="warning" icon="hourglass">
        {certificates.byHand[c.byHand]}
      </Badge>
    )
  if (c.revoking)
    return (
      <Badge tone="destructive" icon="hourglass">
        {certificates.revoking}
      </Badge>
    )
  return <CertificateStateBadge state={c.state} />
}

/** Serial numbers are 32 digits: the beginning is enough to tell them apart, the whole is on hover and on the certificate's page. */
export function ShortSerial({ serialNumber }: { serialNumber: string | null }) {
  if (serialNumber === null) return <span className="text-muted-foreground text-xs">{certificates.detail.serialPending}</span>
  return (
    <span title={serialNumber} className="font-mono text-muted-foreground text-xs">
      {serialNumber.length > 14 ? `${serialNumber.slice(0, 12)}…` : serialNumber}
    </span>
  )
}

/** May it still be revoked? One on hold, or to be put on hold by hand, may be revoked for good. Expired ones are refused everywhere anyway. */
export const isRevocable = (c: Standing): boolean =>
  (!c.revoking || c.byHand === 'hold') && (c.state === 'active' || c.state === 'expiring' || c.state === 'held')
