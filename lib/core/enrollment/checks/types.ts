/** What the checks of an answer are given and what they give back. Everything they depend on stands here; nothing is read elsewhere. */
import type { Bytes } from '../../asn1/der.ts'
import type { CheckFailureCode } from '../../errors.ts'
import type { IncidentKind } from '../../incidents.ts'
import type { AttestationKey } from '../../jws/attestation-keys.ts'
import type { Device } from '../../views.ts'
import type { CheckId, CheckResult, Verdict } from '../evidence.ts'
import type { MonitorableCheck } from '../profile.ts'
import type { AnswerReading, KeyReading } from './read-answer.ts'

/** One key request of the command, as sent. */
export interface ExpectedKey {
  keyid: string
  /** As sent, e.g. SIG. */
  usage: string
  /** Names of rows of KEY_RULES, e.g. RSA-2048, in the order they were asked for: the phone may make any of them. */
  keyTypes: readonly string[]
  /** SHA-256 of the dummy's SubjectPublicKeyInfo, lower-case hex. */
  dummySpkiSha256: string
  /** RDNSequence of the dummy. */
  subjectDer: Uint8Array
  /** SHA-256 of the dummy's raw attributes, lower-case hex; null or absent (records from before there were any): it has none. */
  attributesSha256?: string | null
}

/** What the command that is being answered said, and what is known of it. */
export interface AnswerExpectation {
  /** Hermod's id of the command; null while the reply to our POST has not come (the callback may be faster). */
  hermodCommandId: string | null
  externalId: string
  /** Message id of our destination; null as above. */
  mid: string | null
  nonce: string
  userid: string
  servername: string
  profileName: string
  keys: readonly ExpectedKey[]
  /** True if the enrolment still waits for this command's answer. */
  live: boolean
  expiresAt: Date | null
}

/** What this portal accepts. Comes from configuration. */
export interface AnswerPolicy {
  /** Keys of the set that the command named. Never taken from a message. */
  trustedKeys: readonly AttestationKey[]
  /** Host names of the messaging server, for `fqdn`, `inReplyTo` and `boxurl`. */
  acceptedHosts: readonly string[]
  /** Base64 of accepted `sch` values; empty or absent: recorded only. */
  schPins?: readonly string[]
  /** Thumbprints of keys that this set held before: a key of the set that follows one of them is its successor. */
  formerKeys?: readonly string[]
  /** Checks of the profile whose failure warns and does not refuse. */
  monitored?: readonly MonitorableCheck[]
}

/** What is already known of a public key, by SHA-256 of its SubjectPublicKeyInfo in lower-case hex. */
export type KnownKey =
  | { kind: 'certified'; userid: string }
  | { kind: 'ca' }
  | { kind: 'blocked'; reason: string; code?: 'weak_key' | 'blocked_key' | 'private_key_leaked' }

/** What is so now, by the database. */
export interface AnswerFacts {
  /** The callback carried the right credentials (else it would not have been stored). */
  authenticated: boolean
  receivedAt: Date
  user: {
    active: boolean
    /** The subject rendered again from the user as he is now; null if it no longer renders. */
    subjectDer: Uint8Array | null
  }
  knownKeys: ReadonlyMap<string, KnownKey>
  /** Profile ids (`profile.id`) already bound to a phone. */
  knownProfileRefs?: ReadonlySet<string>
  /** Thumbprints of attestation keys that this user's phones have used for this profile so far. */
  earlierAttestation?: readonly string[]
  /** The one-time number in the answer is that of an open offer to another user. */
  foreignNonce?: boolean
}

export interface CheckAnswerInput {
  /** The callback's body, byte for byte. */
  body: Bytes
  expectation: AnswerExpectation
  policy: AnswerPolicy
  facts: AnswerFacts
}

/** A key as far as it could be read, also of a refused answer: untrusted unless the verdict is passed. */
export interface ReadKey {
  keyid: string
  /** As asked; null for a key that was not asked for. */
  usage: string | null
  /** Which of the kinds asked for it is; null if none. */
  keyType: string | null
  /** Canonical SubjectPublicKeyInfo of the inner JWK. */
  spki: Bytes | null
  spkiSha256: string | null
  /** The PKCS#10 as returned. */
  csr: Bytes | null
  csrSubjectDer: Bytes | null
  /** For showing. */
  csrSubject: string | null
}

export interface ReadAnswer {
  jws: string | null
  device: Device | null
  keys: ReadKey[]
  /** `profile.id`: certCommand.profileid. */
  profileId: string | null
  boxUrl: string | null
  servername: string | null
  profileName: string | null
  userid: string | null
  sch: string | null
  /** Thumbprint of the key in the header, canonical; trusted only if the verdict is passed. */
  attestationThumbprint: string | null
  /** SHA-256 of its SubjectPublicKeyInfo, lower-case hex. */
  attestationSpkiSha256: string | null
  /** One-time numbers that are not ours, as the outer and inner headers say them. */
  otherNonces: string[]
}

export interface CheckedAnswer {
  verdict: Verdict
  /** All checks, in order. */
  checks: CheckResult[]
  /** Code of the first failed check, for the enrolment. */
  failureCode: CheckFailureCode | null
  read: ReadAnswer
  /** Keys whose private half came along, in a message that they signed: to be blocked for ever. SHA-256 of the SubjectPublicKeyInfo, hex. */
  leakedKeys: string[]
}

/** What one check says. */
export type Finding =
  | { outcome: 'pass'; expected: string; observed: string; keyid?: string }
  | { outcome: 'warn'; code: string; expected: string; observed: string; keyid?: string; incident?: IncidentKind }
  | { outcome: 'fail'; code: CheckFailureCode; expected: string; observed: string; keyid?: string; incident?: IncidentKind }
  | { outcome: 'skipped'; needs: CheckId[] }

export interface CheckContext extends CheckAnswerInput {
  reading: AnswerReading
}

export type Check = (context: CheckContext) => Finding

export const pass = (expected: string, observed: string): Finding => ({ outcome: 'pass', expected, observed })
export const warn = (code: string, expected: string, observed: string, incident?: IncidentKind): Finding => ({
  outcome: 'warn',
  code,
  expected,
  observed,
  ...(incident === undefined ? {} : { incident }),
})
export const fail = (code: CheckFailureCode, expected: string, observed: string, incident?: IncidentKind): Finding => ({
  outcome: 'fail',
  code,
  expected,
  observed,
  ...(incident === undefined ? {} : { incident }),
})
/** A key that must never be taken again, or that the test of prime moduli found. */
export const failBlocked = (known: Extract<KnownKey, { kind: 'blocked' }>, expected: string): Finding => {
  const code = known.code ?? 'weak_key'
  return fail(code, expected, `a blocked key: ${known.reason}`, code === 'weak_key' ? undefined : 'blocked_key')
}
export const skip = (...needs: CheckId[]): Finding => ({ outcome: 'skipped', needs })

/** Runs a check for each key: what fails counts, then the first key that could not be judged, then the first warning. */
export function forEachKey(
  context: CheckContext,
  needs: CheckId[],
  check: (key: KeyReading, asked: ExpectedKey | undefined) => Finding,
): Finding {
  const findings = context.reading.keys.map((key): Finding => {
    const finding = check(
      key,
      context.expectation.keys.find((expected) => expected.keyid === key.kid),
    )
    return finding.outcome === 'skipped' ? finding : { ...finding, keyid: key.kid ?? undefined }
  })
  return (
    joinFailures(findings.filter((finding) => finding.outcome === 'fail')) ??
    findings.find((finding) => finding.outcome === 'skipped') ??
    findings.find((finding) => finding.outcome === 'warn') ??
    findings[0] ??
    skip(...needs)
  )
}

type Failure = Extract<Finding, { outcome: 'fail' }>

/**
 * One finding of those of several keys, none hidden behind another: the first that is an incident, else the first, says the code; what is
 * wrong with the others follows in its words.
 */
function joinFailures(failures: readonly Failure[]): Failure | undefined {
  const main = failures.find(({ incident }) => incident !== undefined) ?? failures[0]
  if (main === undefined || failures.length === 1) return main
  const others = failures.filter((one) => one !== main).map(({ keyid, observed }) => `key “${keyid ?? '(no kid)'}”: ${observed}`)
  return { ...main, observed: [main.observed, ...others].join('; ') }
}
