import { Badge } from '#components/ui/badge.tsx'
import { CertificateStateBadge } from '#components/ui/status-badge.tsx'
import type { CertificateRow } from '#lib/core/views.ts'
import { certificates } from '#lib/messages/certificates.ts'

type Standing = Pick<CertificateRow, 'state' | 'revoking' | 'byHand'>

/** The state, and whether it is about to change. @param short for a column of a list */
export function CertificateStanding({ certificate: c, short = false }: { certificate: Standing; short?: boolean }) {
  if (c.byHand)
    return (
      <Badge tone="warning" icon="hourglass">
        <span className={short ? 'sr-only' : 'max-md:sr-only'}>{certificates.byHand[c.byHand]}</span>
        <span aria-hidden="true" title={certificates.byHand[c.byHand]} className={short ? undefined : 'md:hidden'}>
          {certificates.byHandShort}
        </span>
      </Badge>
    )
  if (c.revoking)
    return (
      <Badge tone="destructive" icon="hourglass">
        {short ? certificates.revokingShort : certificates.revoking}
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
