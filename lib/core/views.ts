/**
 * What pages and the REST interface are given: plain, serialisable, no secrets but the live offer. Times are ISO 8601 in UTC.
 * lib/data makes them; components and routes take them. No page sees a database row.
 */
import type { ConnectionStep } from './connection-test.ts'
import type { Confirmation } from './enrollment/confirmation.ts'
import type { CheckResult, Verdict } from './enrollment/evidence.ts'
import type { KeyType, KeyUsageWord, ProfileDefinition } from './enrollment/profile.ts'
import type { EnrollmentState } from './enrollment/state.ts'
import type { FailureCode } from './errors.ts'
import type { IncidentKind } from './incidents.ts'

/** A page of a list. `total` is true (counted), capped at 10 000 ("10 000+"). */
export interface Page<T> {
  items: T[]
  total: number
  totalCapped: boolean
  nextCursor: string | null
}

export interface UserRow {
  id: string
  userid: string
  name: string
  email: string | null
  department: string | null
  status: 'active' | 'disabled'
  phones: number
  /** Number of certificates now valid and not revoked. */
  activeCertificates: number
  /** Soonest notAfter among them. */
  soonestExpiry: string | null
}

export interface UserView extends UserRow {
  attributes: Record<string, string>
  createdAt: string
  phoneList: (PhoneRow & { certificates: CertificateRow[] })[]
  /** Newest first, at most 20. */
  enrollments: EnrollmentRow[]
  timeline: TimelineEntry[]
}

export interface PhoneRow {
  id: string
  name: string
  model: string
  operatingSystem: string
  profileName: string
  profileRef: string
  user: { id: string; userid: string; name: string }
  lastContactAt: string
  createdAt: string
  activeCertificates: number
  soonestExpiry: string | null
}

/** held: revoked with the reason certificateHold, and can be released. */
export type CertificateState = 'reserved' | 'active' | 'expiring' | 'expired' | 'held' | 'revoked'

export interface CertificateRow {
  id: string
  /** Null while the certificate is only reserved at a CA that chooses it. */
  serialNumber: string | null
  subject: string
  issuer: string
  profile: string
  user: { id: string; userid: string; name: string }
  phone: { id: string; name: string } | null
  /** expiring: active with at most 30 days left, by the database's clock. */
  state: CertificateState
  notBefore: string
  notAfter: string
  daysLeft: number
  issuedAt: string | null
  deliveredAt: string | null
  revokedAt: string | null
  revocationReason: string | null
  /** Somebody has asked for its revocation, and it has not happened yet. */
  revoking?: boolean
  /** What a person has to do at the CA before it is true there. */
  byHand?: RevocationView['kind'] | null
}

export interface RevocationView {
  id: string
  kind: 'revoke' | 'hold' | 'release'
  /** by_hand: a person has to do it at the CA. */
  state: 'wanted' | 'by_hand' | 'done' | 'void'
  reason: string
  note: string | null
  requestedBy: string
  requestedAt: string
  doneAt: string | null
  /** Empty where the certificate names no place to look. */
  proofs: {
    source: 'ocsp' | 'crl'
    url: string
    firstSeenAt: string | null
    crlNumber: number | null
    lastCheckedAt: string | null
    nextCheckAt: string | null
    detail: string | null
    dueAt: string
  }[]
}

/** A certificate that a person has to revoke (hold, release) at its CA. */
export interface ByHandTask {
  certificateId: string
  serialNumber: string | null
  subject: string
  issuer: string
  user: { userid: string; name: string }
  kind: RevocationView['kind']
  reason: string
  requestedBy: string
  requestedAt: string
}

export interface CertificateView extends CertificateRow {
  pem: string | null
  chainPem: string[]
  sha256: string | null
  spkiSha256: string
  enrollmentId: string
  keyid: string
  /** The newest wish about its standing (revoke, hold, release), and what the portal itself has seen of it at the CA. */
  revocation: RevocationView | null
}

export interface ProfileView {
  id: string
  name: string
  title: string
  version: number
  versionId: string
  servername: string
  keys: { keyid: string; usage: KeyUsageWord; keyTypes: KeyType[] }[]
  validityDays: number
  issuer: string
  approval: boolean
  confirmation: boolean
  /** Whose word is waited for where `confirmation` is true. */
  confirmedBy: Confirmation['by']
}

/** A line of the settings' list of profiles. */
export interface ProfileSettingsRow extends ProfileView {
  enabled: boolean
  /** Enrolments under way with any version of it. */
  running: number
  changedAt: string
  /** Who made the newest version. */
  changedBy: string | null
}

export interface ProfileVersionView {
  version: number
  createdAt: string
  createdBy: string | null
  issuerId: string
  issuer: string
  definition: ProfileDefinition
}

/** A profile as its editor is given it. */
export interface ProfileSettingsView {
  id: string
  name: string
  title: string
  enabled: boolean
  running: number
  /** Newest first, at most 100; there is always one. */
  versions: [ProfileVersionView, ...ProfileVersionView[]]
}

export interface IssuerChoice {
  id: string
  title: string
  name: string
  /** End of the CA's own certificate; null while it has none. */
  notAfter: string | null
}

export interface EnrollmentRow {
  id: string
  state: EnrollmentState
  user: { id: string; userid: string; name: string }
  profile: { name: string; title: string }
  device: Device | null
  startedByName: string
  createdAt: string
  stateChangedAt: string
  failureCode: FailureCode | null
}

export interface Device {
  name: string
  model: string
  operatingsystem: string
}

export interface TimelineEntry {
  at: string
  /** Audit action, e.g. "enrollment.offered". */
  action: string
  state: EnrollmentState | null
  actor: string
  detail: Record<string, unknown>
  enrollmentId: string | null
}

export interface EnrollmentView extends EnrollmentRow {
  /** version of the row: the live page asks for nothing older than it has. */
  version: number
  serverTime: string
  /** Of the profile: an enrolment keeps the version that it was started with. */
  profileVersion: number
  servername: string
  /** The live offer, or null. A bearer secret: only for those who may manage the enrolment, never cached or logged. */
  offer: { uri: string; sentAt: string; expiresAt: string; timeoutS: number } | null
  /** The certificate command under way. */
  delivery: { attempt: number; sentAt: string | null; expiresAt: string | null } | null
  waitReason: string | null
  /** Whose word about the phone is waited for; null in every other state. */
  confirmation: (Confirmation & { until: string }) | null
  failure: { code: FailureCode; detail: string | null } | null
  keys: { keyid: string; usage: string | null; csrSubject: string; spkiSha256: string }[]
  certificates: (CertificateRow & { pem: string | null; keyid: string })[]
  /** `policyVersion`: number of the attestation policy it was judged by. */
  evidence: { verdict: Verdict; checks: CheckResult[]; judgedAt: string; policyVersion: number | null } | null
  /** Open ones about this enrolment. */
  incidents: Pick<IncidentRow, 'id' | 'kind' | 'openedAt'>[]
  phone: { id: string } | null
  timeline: TimelineEntry[]
  /** When each state was entered (last time), for the stepper. */
  enteredAt: Partial<Record<EnrollmentState, string>>
  viaLink: boolean
}

/** The Exchange tab: every message, raw, as sent and received; the nonce of a live offer and any offer URI are blanked. */
/** Stands where a request, or the answer that carries one, holds a challenge of a CA that is still good. */
export const HIDDEN_REQUEST = '(hidden: it holds a challenge that has made no certificate)'

export interface ExchangeMessage {
  id: string
  at: string
  direction: 'to_hermod' | 'from_hermod'
  kind: 'provision' | 'certificate' | 'other'
  /** "provision command 1", "reply", "callback" */
  title: string
  status: string
  body: string
  note: string | null
  /** Octets as they came, before anything was blanked or cut. */
  size: number
  /** Base64 of a body that is no UTF-8, so that its octets can be shown; else null. */
  bytes: string | null
  /** Of the callback whose answer was judged: the message that is the command it answers. */
  answerTo: string | null
}

/** What the certificate will carry, shown before anybody is asked to scan. */
/** One thing that an enrolment needs. */
export interface ReadinessPart {
  part: 'worker' | 'hermod' | 'issuer'
  /** The CA's; null where there is one only. */
  name: string | null
  /** failing: there, but did not do the last thing it was asked; broken: stops the start. */
  state: 'ok' | 'unknown' | 'failing' | 'broken'
  /** What was seen, in words for staff. */
  detail: string | null
  reason?: 'no_worker' | 'no_worker_yet' | 'not_tested' | 'ca_expired' | 'ca_too_short' | 'no_challenge'
}

export interface SubjectPreview {
  /** No problem and no part that is broken: it may be started. */
  ok: boolean
  /** RFC 4514 string of the subject, as far as it renders. */
  subject: string
  /** Alternative names, as they will stand in the certificate. */
  names: { kind: 'email' | 'upn'; value: string }[]
  /** Not beyond the CA's own end. */
  notAfter: string
  /** Kinds of key asked for, by keyid, in order of preference. */
  keys: { keyid: string; types: string[] }[]
  parts: ReadinessPart[]
  /** Sentences: what is missing or not encodable, and who mends it. */
  problems: string[]
}

export interface IncidentRow {
  id: string
  kind: IncidentKind
  user: { id: string; userid: string; name: string } | null
  enrollmentId: string | null
  certificateId: string | null
  /** Machine fields: check, code, keyid, spkiSha256, otherUserid … */
  detail: Record<string, string>
  openedAt: string
  closed: { at: string; by: string; note: string } | null
}

export interface HomeView {
  /** Open ones, the newest first; `items` are at most five. */
  incidents: Pick<Page<IncidentRow>, 'items' | 'total'>
  undelivered: number
  /** Phones that somebody has to confirm. */
  confirming: number
  running: number
  expiring7: number
  expiring30: number
  failedToday: number
  completedToday: number
  orphanCallbacks: number
  recent: EnrollmentRow[]
  /** `ca`: one of somebody else's that a profile uses and that did not answer; `name` says which. */
  health: {
    part: 'hermod' | 'issuer' | 'ca' | 'database' | 'worker'
    name: string | null
    ok: boolean
    detail: string
    at: string | null
  }[]
}

/** What a holder of a one-time link may see. */
export interface LinkView {
  userName: string
  userid: string
  profileTitle: string
  servername: string
  subject: string
  expiresAt: string
  /** usable | used | expired | revoked */
  status: 'usable' | 'used' | 'expired' | 'revoked'
  enrollment: {
    id: string
    state: EnrollmentState
    offer: EnrollmentView['offer']
    serverTime: string
    device: Device | null
    /** Subject of the keys that the phone made. */
    confirmation: { by: Confirmation['by']; csrSubject: string } | null
    failureCode: FailureCode | null
    waitReason: string | null
  } | null
}

/** A CA or the messaging server, as the connections page shows it. */
export interface ConnectionView {
  /** "hermod", or the issuer's id. */
  id: string
  kind: 'hermod' | 'embedded' | 'scep' | 'est'
  name: string
  /** What its certificate calls it; "" for the messaging server. */
  title: string
  address: string | null
  state: 'ok' | 'failed' | 'untested'
  lastSuccessAt: string | null
  lastErrorAt: string | null
  /** In words, for staff. */
  lastError: string | null
  /** Whom it signs with; notAfter is the earliest of the chain. */
  certificate: { subject: string; sha256: string; notAfter: string; daysLeft: number } | null
  /** Profiles that it issues for. */
  profiles: number
  /** Secrets that are stored, never what they are. */
  credentials: { name: string; since: string; by: string }[]
  /** One-time challenges: how many are left, and whether that is few; null: the CA wants none. */
  challenges: { left: number; few: boolean } | null
  test: ConnectionTestView | null
}

export interface ConnectionTestView {
  id: string
  connection: string
  requestedBy: string
  requestedAt: string
  finishedAt: string | null
  outcome: 'passed' | 'warned' | 'failed' | null
  steps: ConnectionStep[]
  /** DER, base64, of the certificate that a test enrolment got. */
  certificate: string | null
}
