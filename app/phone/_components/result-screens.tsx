'use client'
/** The ends: stored, ended on purpose, not worked, and a stored profile looked at later. */
import { Alert } from '#components/ui/alert.tsx'
import { Icon, type IconName } from '#components/ui/icon.tsx'
import { phone as text } from '#lib/messages/phone.ts'
import { CertificateDetails } from './certificate-details.tsx'
import { PhoneButton } from './phone-button.tsx'
import type { SavedProfile } from './profile-store.ts'
import { ScreenTitle } from './screen-title.tsx'

const Certificates = ({ profile }: { profile: SavedProfile }) => (
  <div className="mt-4 space-y-3">
    {profile.certificates.map(({ keyid, der }) => (
      <CertificateDetails key={keyid} der={der} keyid={profile.keys.length > 1 ? keyid : null} />
    ))}
  </div>
)

export function StoredScreen({
  profile,
  told,
  alarm,
  onDone,
}: {
  profile: SavedProfile
  told: boolean
  alarm: boolean
  onDone: () => void
}) {
  return (
    <>
      <div className="flex flex-col items-center gap-2 pt-4 text-center">
        <Icon name="circle-check" className="size-14 text-success" />
        <ScreenTitle>{text.stored.title(profile.certificates.length)}</ScreenTitle>
        <p className="text-base text-muted-foreground">{told ? text.stored.text : text.stored.untold}</p>
      </div>
      {alarm && (
        <Alert tone="destructive" className="mt-4">
          {text.ended.alarm}
        </Alert>
      )}
      <Certificates profile={profile} />
      <div className="mt-auto pt-6">
        <PhoneButton onClick={onDone}>{text.stored.done}</PhoneButton>
      </div>
    </>
  )
}

export function EndScreen({
  icon,
  title,
  sentence,
  onDone,
}: {
  icon: IconName
  title: string
  sentence: string
  onDone: () => void
}) {
  return (
    <>
      <div className="flex flex-1 flex-col items-center justify-center gap-2 text-center">
        <Icon name={icon} className="size-14 text-muted-foreground" />
        <ScreenTitle>{title}</ScreenTitle>
        <p className="text-balance text-lg text-muted-foreground">{sentence}</p>
      </div>
      <PhoneButton onClick={onDone}>{text.problem.ok}</PhoneButton>
    </>
  )
}

export function ProfileScreen({
  profile,
  onBack,
  onRemove,
}: {
  profile: SavedProfile
  onBack: () => void
  onRemove: () => void
}) {
  return (
    <>
      <PhoneButton variant="link" className="mb-2 !w-auto self-start !px-0" onClick={onBack}>
        <Icon name="chevron-left" />
        {text.back}
      </PhoneButton>
      <ScreenTitle className="foreign">{profile.name}</ScreenTitle>
      <p className="foreign mt-1 text-base text-muted-foreground">
        {text.profile.userAndServer(profile.userid, profile.servername)}
      </p>
      {profile.certificates.length === 0 && (
        <Alert className="mt-4">{profile.left ? text.home.left : text.profile.waiting}</Alert>
      )}
      <Certificates profile={profile} />
      <div className="mt-auto pt-6">
        <PhoneButton variant="destructive-outline" onClick={onRemove}>
          {text.profile.remove}
        </PhoneButton>
      </div>
    </>
  )
}
