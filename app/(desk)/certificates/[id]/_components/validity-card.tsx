import { Card, CardContent, CardHeader, CardTitle } from '#components/ui/card.tsx'
import { AbsoluteTime } from '#components/ui/relative-time.tsx'
import type { CertificateView } from '#lib/core/views.ts'
import { certificates } from '#lib/messages/certificates.ts'

const words = certificates.detail
const DAY_MS = 86_400_000

const BAR = {
  reserved: 'bg-border',
  active: 'bg-success',
  expiring: 'bg-warning',
  expired: 'bg-muted-foreground',
  held: 'bg-warning',
  revoked: 'bg-destructive',
} as const

/** From when until when, and how much of it is left. */
export function ValidityCard({ certificate: c }: { certificate: CertificateView }) {
  const total = Math.max(1, Math.round((Date.parse(c.notAfter) - Date.parse(c.notBefore)) / DAY_MS))
  const left = Math.min(total, Math.max(0, c.daysLeft))
  return (
    <Card>
      <CardHeader
        actions={
          <span className="text-muted-foreground text-sm tabular-nums">
            {c.state === 'expired'
              ? words.ended(-c.daysLeft - 1)
              : c.state === 'revoked' || c.state === 'held'
                ? null
                : words.valid(left, total)}
          </span>
        }
      >
        <CardTitle>{words.validity}</CardTitle>
      </CardHeader>
      <CardContent>
        <div aria-hidden="true" className="h-2 overflow-hidden rounded-full bg-muted">
          <div className={`h-full rounded-full ${BAR[c.state]}`} style={{ width: `${(left / total) * 100}%` }} />
        </div>
        <dl className="mt-2 flex flex-wrap justify-between gap-x-6 gap-y-1 text-sm">
          <div>
            <dt className="text-muted-foreground text-xs">{words.starts}</dt>
            <dd>
              <AbsoluteTime at={c.notBefore} full />
            </dd>
          </div>
          <div className="sm:text-right">
            <dt className="text-muted-foreground text-xs">{words.until}</dt>
            <dd>
              <AbsoluteTime at={c.notAfter} full />
            </dd>
          </div>
        </dl>
      </CardContent>
    </Card>
  )
}
