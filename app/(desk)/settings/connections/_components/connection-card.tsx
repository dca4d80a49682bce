import { Badge } from '#components/ui/badge.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { Card, CardContent, CardHeader } from '#components/ui/card.tsx'
import { Copyable } from '#components/ui/copyable.tsx'
import { Description, DescriptionList } from '#components/ui/description-list.tsx'
import { Expiry } from '#components/ui/expiry.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { ConnectionView } from '#lib/core/views.ts'
import { connections as words } from '#lib/messages/connections.ts'
import { ConnectionTest } from './connection-test.tsx'

const facts = words.facts
const LOOK = {
  ok: { tone: 'success', icon: 'circle-check' },
  failed: { tone: 'destructive', icon: 'circle-alert' },
  untested: { tone: 'neutral', icon: 'circle-dashed' },
} as const

/** One CA, or the messaging server: how it is, how it was, who it is, and a test. */
export function ConnectionCard({ connection: c, mayManage }: { connection: ConnectionView; mayManage: boolean }) {
  const title = c.kind === 'hermod' ? words.hermodTitle : c.kind === 'embedded' ? c.title : c.name
  const remote = c.kind === 'est' || c.kind === 'scep'
  return (
    <Card aria-label={title}>
      <CardHeader
        actions={
          remote && mayManage ? (
            <ButtonLink href={`/settings/connections/${c.id}`} size="sm" variant="outline" aria-label={`${words.edit}: ${title}`}>
              {words.edit}
            </ButtonLink>
          ) : undefined
        }
      >
        <div className="flex flex-wrap items-center gap-2">
          <h2 className="foreign font-semibold">{title}</h2>
          <Badge tone={LOOK[c.state].tone} icon={LOOK[c.state].icon}>
            {words.states[c.state]}
          </Badge>
        </div>
        {c.kind !== 'hermod' && <p className="text-muted-foreground text-sm">{words.kinds[c.kind]}</p>}
      </CardHeader>
      <CardContent className="space-y-4 py-4">
        <DescriptionList>
          {(c.address !== null || c.kind === 'hermod') && (
            <Description term={facts.address}>
              {c.address ?? <span className="text-muted-foreground">{words.hermodAddress}</span>}
            </Description>
          )}
          {c.kind !== 'embedded' && (
            <Description term={facts.lastSuccess}>
              {c.lastSuccessAt ? (
                <RelativeTime at={c.lastSuccessAt} />
              ) : (
                <span className="text-muted-foreground">{facts.never}</span>
              )}
            </Description>
          )}
          {c.lastErrorAt !== null && (
            <Description term={facts.lastError}>
              <RelativeTime at={c.lastErrorAt} />
              <span className="block text-muted-foreground text-sm">{c.lastError}</span>
            </Description>
          )}
          {c.kind !== 'hermod' && <Signer connection={c} />}
          {remote && <Secrets connection={c} />}
          {c.challenges !== null && <Challenges {...c.challenges} />}
        </DescriptionList>
        <ConnectionTest key={c.test?.id} connection={c.id} title={title} last={c.test} mayTest={mayManage} />
      </CardContent>
    </Card>
  )
}

function Signer({ connection: { certificate, profiles } }: { connection: ConnectionView }) {
  return (
    <>
      <Description term={facts.signer}>
        {certificate === null ? (
          <span className="text-muted-foreground">{facts.noCertificate}</span>
        ) : (
          <>
            <bdi className="foreign block">{certificate.subject}</bdi>
            <span className="block text-sm">
              <Copyable value={certificate.sha256} what="SHA-256" />
            </span>
          </>
        )}
      </Description>
      {certificate !== null && (
        <Description term={facts.until}>
          <Expiry at={certificate.notAfter} daysLeft={certificate.daysLeft} inline />
        </Description>
      )}
      <Description term={facts.usedBy}>{facts.profiles(profiles)}</Description>
    </>
  )
}

function Challenges({ left, few }: { left: number; few: boolean }) {
  const words = facts.challengesLeft(left)
  return (
    <Description term={facts.challenges}>
      {few ? (
        <Badge tone={left === 0 ? 'destructive' : 'warning'} icon="circle-alert">
          {words}
        </Badge>
      ) : (
        words
      )}
      {few && (
        <span className="block text-muted-foreground text-sm">{left === 0 ? facts.challengesNone : facts.challengesFew}</span>
      )}
    </Description>
  )
}

function Secrets({ connection: { credentials } }: { connection: ConnectionView }) {
  if (credentials.length === 0) return <Description term={facts.secrets}>{facts.noSecrets}</Description>
  return (
    <Description term={facts.secrets}>
      {credentials.map(({ name, since, by }) => (
        <span key={name} className="block">
          {words.form.secrets[name] ?? name} · <RelativeTime at={since} />{' '}
          <span className="text-muted-foreground text-sm">{facts.secretSince(by)}</span>
        </span>
      ))}
    </Description>
  )
}
