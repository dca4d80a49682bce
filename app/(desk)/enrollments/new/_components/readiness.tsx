'use client'
/** What the certificate will say, and whether everything that it needs is there: said before anybody is asked to scan, and asked again while it is not. */
import { Alert } from '#components/ui/alert.tsx'
import { Description, DescriptionList } from '#components/ui/description-list.tsx'
import { Icon, type IconName } from '#components/ui/icon.tsx'
import { AbsoluteTime } from '#components/ui/relative-time.tsx'
import type { ProfileView, ReadinessPart, SubjectPreview } from '#lib/core/views.ts'
import { usePolled } from '#lib/live/use-polled.ts'
import { common } from '#lib/messages/common.ts'
import { newEnrollment as words } from '#lib/messages/new-enrollment.ts'

const AGAIN_MS = 4_000

/** What the server said with the page, and newer news while a part is not known to be ready. */
export function useReadiness(
  userid: string,
  choice: { profile: ProfileView; preview: SubjectPreview } | null,
): SubjectPreview | null {
  const address = choice && `/api/desk/readiness?${new URLSearchParams({ user: userid, profile: choice.profile.name })}`
  const isWaiting = (preview: SubjectPreview | null) => preview?.parts.some(({ state }) => state !== 'ok') ?? false
  return usePolled(address, choice?.preview ?? null, (seen) => (isWaiting(seen) ? AGAIN_MS : null)).data
}

export function Readiness({ profile, preview, single }: { profile: ProfileView; preview: SubjectPreview; single: boolean }) {
  return (
    <section aria-labelledby="readiness" className="space-y-4">
      <h2 id="readiness" className="font-medium text-sm">
        {words.readiness}
      </h2>
      <DescriptionList>
        {single && <Description term={words.profile}>{profile.title}</Description>}
        <Description term={words.subject}>
          <bdi className="foreign font-mono text-sm">{preview.subject || common.none}</bdi>
        </Description>
        {preview.names.length > 0 && (
          <Description term={words.names}>
            {preview.names.map(({ kind, value }) => (
              <span key={kind} className="block">
                <bdi className="foreign font-mono text-sm">{value}</bdi>{' '}
                <span className="text-muted-foreground text-sm">({words.nameKinds[kind]})</span>
              </span>
            ))}
          </Description>
        )}
        <Description term={words.validUntil}>
          <AbsoluteTime at={preview.notAfter} />
          <span className="text-muted-foreground"> · {words.profileHint(profile.validityDays, profile.issuer)}</span>
        </Description>
        <Description term={words.keys}>
          {preview.keys.map(({ keyid, types }) => (
            <span key={keyid} className="block">
              {words.keyTypes(types)} <span className="text-muted-foreground text-sm">({keyid})</span>
            </span>
          ))}
        </Description>
      </DescriptionList>
      {preview.problems.length > 0 && (
        <Alert tone="warning" title={words.problems} live>
          <ul className="list-disc space-y-0.5 pl-4">
            {preview.problems.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </Alert>
      )}
      <Parts parts={preview.parts} />
      {preview.ok && preview.parts.every(({ state }) => state === 'ok') && (
        <p className="flex items-center gap-1.5 text-success">
          <Icon name="circle-check" />
          {words.ready}
        </p>
      )}
    </section>
  )
}

const LOOK: Record<ReadinessPart['state'], { icon: IconName; className: string }> = {
  ok: { icon: 'circle-check', className: 'text-success' },
  unknown: { icon: 'circle-dashed', className: 'text-warning' },
  failing: { icon: 'triangle-alert', className: 'text-warning' },
  broken: { icon: 'circle-x', className: 'text-destructive' },
}

function Parts({ parts }: { parts: readonly ReadinessPart[] }) {
  return (
    <div className="space-y-1.5" aria-live="polite">
      <h3 className="text-muted-foreground text-sm">{words.parts.title}</h3>
      <ul className="space-y-1.5">
        {parts.map((part) => (
          <li key={part.part} className="flex gap-2">
            <Icon name={LOOK[part.state].icon} className={`mt-0.5 ${LOOK[part.state].className}`} />
            <div className="min-w-0">
              <p>
                {words.parts.names[part.part]}
                {part.name && <bdi className="foreign"> {part.name}</bdi>}{' '}
                <span className={part.state === 'ok' ? 'text-muted-foreground' : LOOK[part.state].className}>
                  · {words.parts.states[part.state]}
                </span>
              </p>
              {part.state !== 'ok' && (
                <p className="foreign break-words text-muted-foreground text-sm">{sentencesOf(part).join(' ')}</p>
              )}
            </div>
          </li>
        ))}
      </ul>
    </div>
  )
}

/** What is wrong, and who mends it. */
function sentencesOf({ part, state, reason, detail }: ReadinessPart): string[] {
  const { reasons, owners, ownersByReason, unknown } = words.parts
  const wrong = reason ? reasons[reason] : detail
  const owner = (reason && ownersByReason[reason]) || owners[part]
  const sentences = { ok: [], unknown: [unknown], failing: [owner, unknown], broken: [owner] }[state]
  return [wrong, ...sentences].filter((sentence): sentence is string => Boolean(sentence))
}
