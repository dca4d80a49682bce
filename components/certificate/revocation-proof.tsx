/** Where the world can see what was wished: by OCSP and in the CRL, each with the time it was first seen there, or what was found instead. */
import type { ReactNode } from 'react'
import { Badge } from '#components/ui/badge.tsx'
import { Card, CardContent, CardHeader, CardTitle } from '#components/ui/card.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { AbsoluteTime, RelativeTime } from '#components/ui/relative-time.tsx'
import type { RevocationView } from '#lib/core/views.ts'
import { certificates } from '#lib/messages/certificates.ts'

const words = certificates.proof

export function RevocationProofCard({ revocation, changedAt }: { revocation: RevocationView; changedAt: string | null }) {
  const { kind, state, requestedAt, requestedBy, doneAt, proofs } = revocation
  return (
    <Card>
      <CardHeader>
        <CardTitle>{words.title[kind]}</CardTitle>
      </CardHeader>
      <CardContent>
        <ol className="space-y-3">
          <Step done title={words.wanted(requestedBy)} at={requestedAt} />
          {state === 'by_hand' ? (
            <Step done={false} title={words.byHand} detail={words.byHandText} />
          ) : (
            <Step done={doneAt !== null} title={words.done[kind]} at={kind === 'release' ? doneAt : (changedAt ?? doneAt)} />
          )}
          {proofs.map((proof) => (
            <Step
              key={proof.source}
              done={proof.firstSeenAt !== null}
              late={proof.firstSeenAt === null && new Date(proof.dueAt).getTime() < Date.now()}
              title={words.seen[kind][proof.source](proof.crlNumber)}
              at={proof.firstSeenAt}
              url={proof.url}
              detail={
                proof.firstSeenAt === null && proof.lastCheckedAt ? (
                  <>
                    {proof.detail} {words.lastLook} <RelativeTime at={proof.lastCheckedAt} />.
                  </>
                ) : null
              }
            />
          ))}
        </ol>
        {proofs.length === 0 && state !== 'wanted' && <p className="mt-3 text-muted-foreground text-sm">{words.nowhere}</p>}
      </CardContent>
    </Card>
  )
}

function Step({
  done,
  late = false,
  title,
  at,
  url,
  detail,
}: {
  done: boolean
  late?: boolean
  title: string
  at?: string | null
  url?: string
  detail?: ReactNode
}) {
  return (
    <li className="flex gap-2.5">
      <Icon
        name={done ? 'circle-check' : late ? 'triangle-alert' : 'hourglass'}
        className={done ? 'mt-0.5 text-success' : late ? 'mt-0.5 text-destructive' : 'mt-0.5 text-muted-foreground'}
      />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline justify-between gap-x-3 text-sm">
          <span className={done ? 'font-medium' : 'text-muted-foreground'}>{title}</span>
          {at ? (
            <AbsoluteTime at={at} full className="tabular-nums" />
          ) : late ? (
            <Badge tone="destructive">{words.late}</Badge>
          ) : (
            <span className="text-muted-foreground">{words.notYet}</span>
          )}
        </p>
        {detail && <p className="foreign text-muted-foreground text-sm">{detail}</p>}
        {url && <p className="foreign text-muted-foreground text-xs">{url}</p>}
      </div>
    </li>
  )
}
