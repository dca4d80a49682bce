/**
 * Judging the phone's answer: lets the pure checks speak (lib/core/enrollment/checks) on what is stored, and writes in one statement the
 * evidence with either the refusal (`answered` → `rejected`) or the phone and its keys (`answered` → `issuing`; `confirming` where
 * somebody is to look at the phone first, lib/core/enrollment/confirmation.ts).
 *
 * The verdict is a function of stored bytes, stored expectation and configuration, so killed anywhere it comes out the same (K7). What
 * is known of a key or a profile id is asked after a first reading, and asked again if another enrolment wrote the same key between asking
 * and writing: its UNIQUE constraint stops the transaction, the checks see it the second time, and the evidence says key_reuse.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { trustedKeysAt } from '#lib/core/enrollment/attestation-policy.ts'
import {
  type CheckAnswerInput,
  type CheckedAnswer,
  checkAnswer,
  findListedKeys,
  findPrimeKeys,
  findSharedPrimeKeys,
  recordInput,
} from '#lib/core/enrollment/checks/index.ts'
import { CONFIRMATION_TIME_S, type Confirmation, findConfirmation } from '#lib/core/enrollment/confirmation.ts'
import { lenientChecks } from '#lib/core/enrollment/profile.ts'
import { renderSubject } from '#lib/core/enrollment/subject.ts'
import {
  type AnswerToCheck,
  acceptAnswer,
  type JudgedAnswer,
  type ProvedKey,
  rejectAnswer,
  type SeenPhone,
} from '#lib/data/answers.ts'
import { type PolicyInForce, policyById } from '#lib/data/attestation-policy.ts'
import { job } from '#lib/data/jobs.ts'
import { findKnownFacts, type KnownFacts } from '#lib/data/known-facts.ts'
import { isUniqueViolation } from '#lib/data/transaction.ts'
import type { WorkerContext } from './worker-context.ts'

type System = Grant<'system:work'>

/** How often another enrolment may get in between before something else must be wrong. */
const MAX_ROUNDS = 3

/** @returns true if the certificates are to be issued now; else it is somebody else's move, or was judged by another run. */
export async function checkStoredAnswer(grant: System, context: WorkerContext, answer: AnswerToCheck): Promise<boolean> {
  for (let round = 1; ; round++) {
    const judged = await judge(grant, context, answer)
    try {
      return await settle(grant, answer, judged)
    } catch (error) {
      if (round === MAX_ROUNDS || !isUniqueViolation(error)) throw error
    }
  }
}

interface Judged {
  checked: CheckedAnswer
  /** What the checks were given, so that the verdict can be made again. */
  policy: unknown
  known: KnownFacts
}

async function judge(grant: System, context: WorkerContext, answer: AnswerToCheck): Promise<Judged> {
  const inForce = await policyById(grant, answer.policyId)
  const input = inputFor(context, answer, inForce)
  const first = checkAnswer(input)
  const known = await findKnownFacts(grant, {
    userId: answer.user.id,
    profileName: answer.profileName,
    spkiSha256: first.read.keys.flatMap((key) => key.spkiSha256 ?? []),
    spki: first.read.keys.flatMap((key) => key.spki ?? []),
    attestationSpkiSha256: first.read.attestationSpkiSha256,
    profileRef: first.read.profileId,
    otherNonces: first.read.otherNonces,
  })
  blockListedKeys(context, answer, known)
  if (first.verdict === 'passed') await blockFactoredKeys(answer, known)
  if (knowsNothing(known)) return { checked: first, policy: recordInput(input), known }
  const informed: CheckAnswerInput = {
    ...input,
    policy: { ...input.policy, formerKeys: formerKeys(answer, inForce, known) },
    facts: { ...input.facts, ...factsOf(known, first) },
  }
  return { checked: checkAnswer(informed), policy: recordInput(informed), known }
}

/** F-O8: a key of Debian's faulty OpenSSL looks like any other; it can only be known by its name. */
function blockListedKeys({ weakKeys }: WorkerContext, { body }: AnswerToCheck, known: KnownFacts): void {
  if (weakKeys === undefined || weakKeys.size === 0) return
  for (const hash of findListedKeys(body, weakKeys))
    known.keys.set(hash, {
      kind: 'blocked',
      code: 'weak_key',
      reason: 'on a list of keys that anybody can make again (CVE-2008-0166)',
    })
}

/**
 * F-O8: everybody knows the private key to a modulus that is prime, or that shares a prime with one that they know. It takes longer than all
 * checks together, so it is asked of what passed them; beside all keys there are it would take longer still, so the new ones are held against
 * each other and the person's earlier ones, which the same phone may have made.
 */
async function blockFactoredKeys({ body }: AnswerToCheck, known: KnownFacts): Promise<void> {
  for (const hash of findSharedPrimeKeys(body, known.ownKeys))
    known.keys.set(hash, {
      kind: 'blocked',
      code: 'weak_key',
      reason: 'it shares a prime with another key of this answer or of this person, which is as weak',
    })
  for (const hash of await findPrimeKeys(body))
    known.keys.set(hash, { kind: 'blocked', code: 'weak_key', reason: 'the modulus is prime' })
}

/** Of the keys on record for this person, those that the profile's key set holds or once held. */
function formerKeys({ definition }: AnswerToCheck, inForce: PolicyInForce, { earlierAttestation }: KnownFacts): string[] {
  if (earlierAttestation.length === 0) return []
  const ever = inForce.everIn(definition.attestationKeySet)
  return earlierAttestation.filter((thumbprint) => ever.has(thumbprint))
}

function inputFor(context: WorkerContext, answer: AnswerToCheck, { policy }: PolicyInForce): CheckAnswerInput {
  const { definition, user, command } = answer
  const subject = renderSubject(definition.subject, user)
  const asked = new Map(definition.keys.map((key) => [key.keyid, key]))
  return {
    body: answer.body,
    expectation: {
      hermodCommandId: command.hermodCommandId,
      externalId: command.externalId,
      mid: command.mid,
      nonce: command.nonce,
      userid: user.userid,
      servername: definition.servername,
      profileName: answer.profileName,
      keys: answer.keys.map((key) => ({
        keyid: key.keyid,
        usage: asked.get(key.keyid)?.usage ?? '',
        keyTypes: asked.get(key.keyid)?.keyTypes ?? [],
        dummySpkiSha256: key.dummySpkiSha256.toString('hex'),
        subjectDer: key.subjectDer,
        attributesSha256: key.attributesSha256,
      })),
      // Only the current, live command's answer becomes an answer that is judged (process-callback.ts).
      live: true,
      expiresAt: command.takenUntil,
    },
    policy: {
      // By the database's clock at receipt: a key that ended while the answer lay in the queue had not ended when it came.
      trustedKeys: trustedKeysAt(policy, definition.attestationKeySet, answer.receivedAt),
      acceptedHosts: context.fqdns,
      schPins: policy.definition.schPins,
      monitored: lenientChecks(definition),
    },
    facts: {
      authenticated: true,
      receivedAt: answer.receivedAt,
      user: { active: user.status === 'active', subjectDer: subject.ok ? subject.der : null },
      knownKeys: new Map(),
    },
  }
}

const knowsNothing = (known: KnownFacts): boolean =>
  known.keys.size === 0 && !known.profileRefTaken && known.earlierAttestation.length === 0 && known.foreignNonce === null

function factsOf(known: KnownFacts, first: CheckedAnswer) {
  return {
    knownKeys: known.keys,
    knownProfileRefs: new Set(known.profileRefTaken && first.read.profileId ? [first.read.profileId] : []),
    earlierAttestation: known.earlierAttestation,
    foreignNonce: known.foreignNonce !== null,
  }
}

async function settle(grant: System, answer: AnswerToCheck, { checked, policy, known }: Judged): Promise<boolean> {
  const { read, checks, verdict } = checked
  const confirmation = verdict === 'passed' ? findConfirmation(answer.definition, checks) : null
  const judged: JudgedAnswer = {
    answerId: answer.id,
    enrollmentId: answer.enrollmentId,
    verdict,
    checks,
    policy,
    policyId: answer.policyId,
    device: read.device,
    attestationThumbprint: read.attestationThumbprint,
    keys: read.keys.map(({ keyid, csrSubject, spkiSha256 }) => ({
      keyid,
      csrSubject: csrSubject ?? '',
      spkiSha256: spkiSha256 ?? '',
    })),
    incidents: incidentsOf(answer, checked, known, confirmation),
    leakedKeys: checked.leakedKeys,
  }
  if (verdict === 'failed') {
    const first = checks.find((check) => check.outcome === 'fail')
    const failureDetail = first ? `${first.id} ${first.title}: ${first.observed}` : null
    await rejectAnswer(grant, judged, {
      set: { failureCode: checked.failureCode ?? 'schema', failureDetail },
      detail: { check: first?.id ?? null },
    })
    return false
  }
  const warnings = checks.filter((check) => check.outcome === 'warn').map((check) => check.id)
  const detail = { checks: checks.length, warnings }
  if (confirmation === null) return acceptAnswer(grant, judged, provedBy(checked), { to: 'issuing', detail })
  const { by, heldBy } = confirmation
  await acceptAnswer(grant, judged, provedBy(checked), {
    to: 'confirming',
    detail: { ...detail, by, ...(heldBy.length > 0 ? { kind: 'held', heldBy } : {}) },
    job: job('expire-confirmation', { enrollmentId: answer.enrollmentId }, CONFIRMATION_TIME_S[by]),
  })
  return false
}

/**
 * What the checks want looked at. A new attestation key that was let pass is one matter for everybody who has it, so it is about the pair of
 * keys; everything else is about the answer.
 */
function incidentsOf(
  answer: AnswerToCheck,
  { checks, read }: CheckedAnswer,
  known: KnownFacts,
  confirmation: Confirmation | null,
): JudgedAnswer['incidents'] {
  return checks.flatMap(({ id, outcome, code, keyid, incident, monitored }) => {
    if (incident === undefined) return []
    const spkiSha256 = keyid === undefined ? read.attestationSpkiSha256 : read.keys.find((key) => key.keyid === keyid)?.spkiSha256
    const owner = known.keys.get(spkiSha256 ?? '')
    const held = confirmation?.heldBy.includes(id) ?? false
    const letPass = incident === 'attestation_changed' && outcome === 'warn' && !held
    const about = letPass
      ? `attestation-key:${[...known.earlierAttestation].sort().join(',')}>${read.attestationThumbprint}`
      : `answer:${answer.id}`
    const detail = {
      check: id,
      code,
      outcome,
      userid: answer.user.userid,
      ...(keyid === undefined ? {} : { keyid }),
      ...(spkiSha256 ? { spkiSha256 } : {}),
      ...(incident === 'key_of_another_user' && owner?.kind === 'certified' ? { otherUserid: owner.userid } : {}),
      ...(incident === 'foreign_nonce' && known.foreignNonce
        ? { otherUserid: known.foreignNonce.userid, otherEnrollmentId: known.foreignNonce.enrollmentId }
        : {}),
      ...(incident === 'attestation_changed'
        ? { earlier: known.earlierAttestation, thumbprint: read.attestationThumbprint, monitored: monitored === true, held }
        : {}),
    }
    return [{ kind: incident, about, detail }]
  })
}

/** A passed answer has all of this; if it had not, the checks would be wrong, and nothing must be issued. */
function provedBy({ read }: CheckedAnswer): { phone: SeenPhone; keys: ProvedKey[] } {
  const { profileId, profileName, boxUrl, attestationThumbprint } = read
  if (!profileId || profileName === null || !boxUrl || !attestationThumbprint) throw new Error('a passed answer names no phone')
  return {
    phone: {
      profileRef: profileId,
      profileName,
      boxUrl,
      device: read.device ?? { name: '', model: '', operatingsystem: '' },
      attestationThumbprint,
    },
    keys: read.keys.map(({ keyid, usage, spki, spkiSha256, csr, csrSubject }) => {
      if (!usage || !spki || !spkiSha256 || !csr || csrSubject === null)
        throw new Error(`a passed answer has no whole key ${keyid}`)
      return { keyid, usage, spki, spkiSha256, csr, csrSubject }
    }),
  }
}
