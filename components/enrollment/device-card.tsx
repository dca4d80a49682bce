/** What the phone said of itself and asked for. Untrusted text: isolated, never interpreted. */
import { Copyable } from '#components/ui/copyable.tsx'
import { Description, DescriptionList } from '#components/ui/description-list.tsx'
import { Icon } from '#components/ui/icon.tsx'
import type { EnrollmentView } from '#lib/core/views.ts'
import { enrollments as words } from '#lib/messages/enrollments.ts'

export function DeviceCard({ view }: { view: Pick<EnrollmentView, 'device' | 'keys'> }) {
  const { device, keys } = view
  if (!device && keys.length === 0) return null
  return (
    <div className="space-y-3">
      {device && (
        <div className="flex items-start gap-3">
          <span className="flex size-9 shrink-0 items-center justify-center rounded-lg border bg-muted text-muted-foreground">
            <Icon name="smartphone" className="size-5" />
          </span>
          <p className="min-w-0">
            <bdi className="foreign block font-medium text-lg">{device.name}</bdi>
            <span className="text-muted-foreground text-sm">
              <bdi className="foreign">{device.model}</bdi>
              {device.model && device.operatingsystem && ' · '}
              <bdi className="foreign">{device.operatingsystem}</bdi>
            </span>
          </p>
        </div>
      )}
      <Keys keys={keys} />
    </div>
  )
}

/** What is the same for all of them is said once. */
function Keys({ keys }: Pick<EnrollmentView, 'keys'>) {
  const [first] = keys
  if (!first) return null
  const several = keys.length > 1
  const isOneSubject = keys.every(({ csrSubject }) => csrSubject === first.csrSubject)
  // Null where the request could not be read.
  const { csrSubject: oneSubject } = first
  return (
    <DescriptionList>
      {isOneSubject && oneSubject && (
        <Description term={words.device.subject}>
          <bdi className="foreign text-sm">{oneSubject}</bdi>
        </Description>
      )}
      {keys.map(({ keyid, usage, csrSubject, spkiSha256 }) => (
        <Description key={keyid} term={several ? words.device.key(keyid, usage) : words.device.fingerprint}>
          {!isOneSubject && csrSubject && <bdi className="foreign block text-sm">{csrSubject}</bdi>}
          <Copyable value={spkiSha256} what={words.device.fingerprint} className="text-sm" />
        </Description>
      ))}
    </DescriptionList>
  )
}
