/**
 * From what lib/data gives to what the REST interface promises (schemas.ts). Each function names every member, so that a new field of a
 * view does not reach callers by accident.
 */
import type { z } from 'zod'
import type { FailureCode } from '#lib/core/errors.ts'
import { FAILURE_TEXTS } from '#lib/core/failure-texts.ts'
import type {
  CertificateRow,
  CertificateView,
  EnrollmentRow,
  EnrollmentView,
  Page,
  PhoneRow,
  ProfileView,
  UserRow,
  UserView,
} from '#lib/core/views.ts'
import type * as schemas from './schemas.ts'

type Out<S extends keyof typeof schemas> = (typeof schemas)[S] extends z.ZodType ? z.output<(typeof schemas)[S]> : never

export const pageShape = <T, U>(
  page: Page<T>,
  shape: (item: T) => U,
): { items: U[]; nextCursor: string | null; total: number } => ({
  items: page.items.map(shape),
  nextCursor: page.nextCursor,
  total: page.total,
})

export const userShape = (u: UserRow): Out<'userSchema'> => ({
  id: u.id,
  userid: u.userid,
  name: u.name,
  email: u.email,
  department: u.department,
  status: u.status,
  phones: u.phones,
  activeCertificates: u.activeCertificates,
  soonestExpiry: u.soonestExpiry,
})

export const certificateShape = (c: CertificateRow): Out<'certificateSchema'> => ({
  id: c.id,
  serialNumber: c.serialNumber,
  subject: c.subject,
  issuer: c.issuer,
  profile: c.profile,
  userid: c.user.userid,
  status: c.state,
  notBefore: c.notBefore,
  notAfter: c.notAfter,
  issuedAt: c.issuedAt,
  deliveredAt: c.deliveredAt,
  revokedAt: c.revokedAt,
  revocationReason: c.revocationReason,
})

export const certificateDetailShape = (c: CertificateView): Out<'certificateDetailSchema'> => ({
  ...certificateShape(c),
  pem: c.pem,
  chainPem: c.chainPem,
  sha256: c.sha256,
  spkiSha256: c.spkiSha256,
  enrollmentId: c.enrollmentId,
  keyid: c.keyid,
  revocation: c.revocation && {
    kind: c.revocation.kind,
    state: c.revocation.state,
    reason: c.revocation.reason,
    note: c.revocation.note,
    requestedBy: c.revocation.requestedBy,
    requestedAt: c.revocation.requestedAt,
    doneAt: c.revocation.doneAt,
    proofs: c.revocation.proofs.map(({ source, url, firstSeenAt, lastCheckedAt }) => ({
      source,
      url,
      firstSeenAt,
      lastCheckedAt,
    })),
  },
})

const phoneShape = (p: PhoneRow & { certificates: CertificateRow[] }): Out<'userDetailSchema'>['phoneList'][number] => ({
  id: p.id,
  name: p.name,
  model: p.model,
  operatingsystem: p.operatingSystem,
  profile: p.profileName,
  lastContactAt: p.lastContactAt,
  certificates: p.certificates.map(certificateShape),
})

export const userDetailShape = (u: UserView): Out<'userDetailSchema'> => ({
  ...userShape(u),
  attributes: u.attributes,
  createdAt: u.createdAt,
  phoneList: u.phoneList.map(phoneShape),
  certificates: u.phoneList.flatMap((p) => p.certificates.map(certificateShape)),
})

export const profileShape = (p: ProfileView): Out<'profileSchema'> => ({
  name: p.name,
  title: p.title,
  version: p.version,
  servername: p.servername,
  issuer: p.issuer,
  keys: p.keys.map(({ keyid, usage, keyTypes }) => ({ keyid, usage, keyTypes })),
  validityDays: p.validityDays,
  approval: p.approval,
  confirmation: p.confirmation,
  confirmedBy: p.confirmedBy,
})

const failureShape = (code: FailureCode | null): Out<'enrollmentRowSchema'>['failure'] =>
  code && { code, message: FAILURE_TEXTS[code].helpdesk }

export const enrollmentRowShape = (e: EnrollmentRow): Out<'enrollmentRowSchema'> => ({
  id: e.id,
  state: e.state,
  userid: e.user.userid,
  profile: e.profile.name,
  createdAt: e.createdAt,
  stateChangedAt: e.stateChangedAt,
  device: e.device && { name: e.device.name, model: e.device.model, operatingsystem: e.device.operatingsystem },
  failure: failureShape(e.failureCode),
})

/** The offer goes only to those who may manage the enrolment; lib/data leaves it out for others. */
export const enrollmentShape = (e: EnrollmentView): Out<'enrollmentSchema'> => ({
  ...enrollmentRowShape(e),
  profileVersion: e.profileVersion,
  offer: e.offer && { uri: e.offer.uri, expiresAt: e.offer.expiresAt },
  confirmation: e.confirmation && { by: e.confirmation.by, heldBy: e.confirmation.heldBy, until: e.confirmation.until },
  keys: e.keys.map(({ keyid, usage, csrSubject, spkiSha256 }) => ({ keyid, usage, csrSubject, spkiSha256 })),
  certificates: e.certificates.map(({ id, keyid, serialNumber, subject, notAfter, pem }) => ({
    id,
    keyid,
    serialNumber,
    subject,
    notAfter,
    pem,
  })),
  timeline: e.timeline.map(({ at, action, state, actor, detail }) => ({ at, action, state, actor, detail })),
})

export const evidenceShape = (e: EnrollmentView): Out<'evidenceSchema'> => ({
  verdict: e.evidence?.verdict ?? null,
  policyVersion: e.evidence?.policyVersion ?? null,
  checks: (e.evidence?.checks ?? []).map(({ id, title, outcome, code, expected, observed }) => ({
    id,
    title,
    outcome,
    code,
    expected,
    observed,
  })),
})
