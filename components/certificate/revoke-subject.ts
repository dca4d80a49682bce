/** What is to be revoked, as the question names it: one certificate, or everything that still counts of a phone or a person. */
import type { CertificateRow } from '#lib/core/views.ts'
import { certificates } from '#lib/messages/certificates.ts'

export type RevokeTarget = { certificateId: string } | { phoneId: string } | { userId: string; alsoCancel?: boolean }

export interface RevokeSubject {
  target: RevokeTarget
  /** Of the question. */
  title: string
  /** Of the button, and what is said after it to screen readers. */
  button: string
  about: string
  certificates: readonly {
    id: string
    serialNumber: string | null
    profile: string
    subject: string
    notAfter: string
    phoneName: string | null
  }[]
  /** On hold already: then only a revocation for good makes sense. */
  held: boolean
  /** Of a person: enrolments under way that can be cancelled with it. */
  cancellable?: number
}

type Certificate = Pick<CertificateRow, 'id' | 'serialNumber' | 'profile' | 'subject' | 'notAfter' | 'state' | 'byHand'>

/** On hold, or to be: then only a revocation for good makes sense. */
const isHeld = ({ state, byHand }: Certificate): boolean => state === 'held' || byHand === 'hold'

const lineOf = ({ id, serialNumber, profile, subject, notAfter }: Certificate, phoneName: string | null) => ({
  id,
  serialNumber,
  profile,
  subject,
  notAfter,
  phoneName,
})

export const ofCertificate = (c: Certificate, userName: string, phoneName: string | null): RevokeSubject => ({
  target: { certificateId: c.id },
  title: certificates.revoke.title(userName),
  button: certificates.revoke.button,
  about: c.serialNumber ?? '',
  certificates: [lineOf(c, phoneName)],
  held: isHeld(c),
})

export const ofPhone = (phoneId: string, phoneName: string, userName: string, list: readonly Certificate[]): RevokeSubject => ({
  target: { phoneId },
  title: certificates.revoke.phoneTitle(phoneName, userName),
  button: certificates.revoke.phoneButton,
  about: phoneName,
  certificates: list.map((c) => lineOf(c, phoneName)),
  held: list.every(isHeld),
})

export const ofUser = (
  userId: string,
  userName: string,
  list: readonly (Certificate & { phoneName: string | null })[],
  cancellable: number,
): RevokeSubject => ({
  target: { userId },
  title: certificates.revoke.userTitle(userName),
  button: certificates.revoke.userButton,
  about: userName,
  certificates: list.map((c) => lineOf(c, c.phoneName)),
  held: list.every(isHeld),
  cancellable,
})
