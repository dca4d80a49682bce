/** The states of things, each as icon + word + colour: one table a kind. */
import type { EnrollmentState } from '#lib/core/enrollment/state.ts'
import type { CertificateState } from '#lib/core/views.ts'
import { common } from '#lib/messages/common.ts'
import { Badge, type Tone } from './badge.tsx'
import type { IconName } from './icon.tsx'

type Look = { tone: Tone; icon: IconName }

const ENROLLMENT_LOOK: Record<EnrollmentState, Look> = {
  awaiting_approval: { tone: 'warning', icon: 'hourglass' },
  requesting: { tone: 'info', icon: 'send' },
  offered: { tone: 'info', icon: 'qr-code' },
  answered: { tone: 'info', icon: 'list-checks' },
  confirming: { tone: 'warning', icon: 'hourglass' },
  issuing: { tone: 'info', icon: 'key-round' },
  delivering: { tone: 'info', icon: 'send' },
  undelivered: { tone: 'warning', icon: 'triangle-alert' },
  completed: { tone: 'success', icon: 'circle-check' },
  declined: { tone: 'neutral', icon: 'ban' },
  refused: { tone: 'destructive', icon: 'circle-x' },
  rejected: { tone: 'destructive', icon: 'shield-x' },
  expired: { tone: 'neutral', icon: 'clock' },
  cancelled: { tone: 'neutral', icon: 'circle-slash' },
  failed: { tone: 'destructive', icon: 'circle-alert' },
  revoked_undelivered: { tone: 'neutral', icon: 'ban' },
}

const CERTIFICATE_LOOK: Record<CertificateState, Look> = {
  reserved: { tone: 'info', icon: 'circle-dashed' },
  active: { tone: 'success', icon: 'circle-check' },
  expiring: { tone: 'warning', icon: 'hourglass' },
  expired: { tone: 'neutral', icon: 'clock' },
  held: { tone: 'warning', icon: 'lock' },
  revoked: { tone: 'destructive', icon: 'ban' },
}

export function EnrollmentStateBadge({ state, className }: { state: EnrollmentState; className?: string }) {
  return (
    <Badge {...ENROLLMENT_LOOK[state]} className={className}>
      {common.enrollmentState[state]}
    </Badge>
  )
}

export function CertificateStateBadge({ state, className }: { state: CertificateState; className?: string }) {
  return (
    <Badge {...CERTIFICATE_LOOK[state]} className={className}>
      {common.certificateState[state]}
    </Badge>
  )
}

export function UserStatusBadge({ status, className }: { status: 'active' | 'disabled'; className?: string }) {
  return (
    <Badge
      tone={status === 'active' ? 'success' : 'neutral'}
      icon={status === 'active' ? 'circle-check' : 'ban'}
      className={className}
    >
      {common.userStatus[status]}
    </Badge>
  )
}
