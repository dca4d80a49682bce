/**
 * The provision command: makes the dummy PKCS#10s, commits the command row, gives it to Hermod; `requesting` → `offered`, or a new offer
 * for an enrolment that stays `offered`.
 *
 * 1. Read what is wanted. Not waiting for an offer any more → nothing to do (this job is run again after crashes and by the sweep).
 * 2. Render the subject of the person as they are now; what cannot be rendered ends the enrolment before anybody scans.
 * 3. In one transaction, with the enrolment locked: take a challenge for each key, where the CA wants them (take-challenges.ts), and make the
 *    dummies; fence a command of an earlier run (K1–K3: it may or may not have been sent; an answer to it is late), insert ours and make it
 *    the current one. Without challenges enough it ends here, before anybody scans.
 * 4. POST. 5. Store the reply (give-command.ts).
 * Killed before 3: nothing happened. Between 3 and 5: the next run fences and asks anew, with a new nonce. After 5: nothing to do.
 */
import { createPublicKey, hash, type KeyObject, randomBytes } from 'node:crypto'
import type { Grant } from '#lib/auth/permissions.ts'
import { KEY_TYPES } from '#lib/core/enrollment/profile.ts'
import { type RenderedSubject, renderSubject } from '#lib/core/enrollment/subject.ts'
import { renderSubjectAltName } from '#lib/core/enrollment/subject-alt-name.ts'
import { buildProvisionCommand } from '#lib/core/hermod/messages.ts'
import { encodeCsr, readCsr } from '#lib/core/x509/csr.ts'
import { endCommand, insertCommand, type NewCommand, readCommand } from '#lib/data/commands.ts'
import { findProfileFacts, findUserFacts } from '#lib/data/enrollment-facts.ts'
import { findEnrollment, type LockedEnrollment, lockEnrollment } from '#lib/data/enrollment-writes.ts'
import { takeChallenges } from '#lib/data/issuer-challenges.ts'
import { newId } from '#lib/data/new-id.ts'
import { inTransaction, type Tx } from '#lib/data/transaction.ts'
import { tryTransition } from '#lib/data/transition.ts'
import { giveCommand } from './give-command.ts'
import { ChallengeError, type ChallengeSource, openChallengeSource, type TakenChallenge } from './take-challenges.ts'
import type { WorkerContext } from './worker-context.ts'

type System = Grant<'system:work'>

export async function sendProvision(
  grant: System,
  context: WorkerContext,
  work: { enrollmentId: string; attempt?: number },
): Promise<void> {
  const { enrollmentId, attempt = 1 } = work
  const enrollment = await findEnrollment(grant, enrollmentId)
  if (!enrollment || (enrollment.state !== 'requesting' && enrollment.state !== 'offered')) return
  const [user, profile] = await Promise.all([
    findUserFacts(grant, { id: enrollment.userId }),
    findProfileFacts(grant, { versionId: enrollment.profileVersionId }),
  ])
  if (!user || !profile) throw new Error(`enrolment ${enrollmentId} has no user or profile`)
  if (user.status !== 'active') return fail(grant, enrollmentId, 'user_inactive', `${user.userid} is disabled`)
  const subject = renderSubject(profile.definition.subject, user)
  const problems = [...subject.problems, ...renderSubjectAltName(profile.definition.certificate, user).problems]
  if (problems.length > 0) return fail(grant, enrollmentId, 'subject_not_renderable', problems.join(' '))

  const { definition } = profile
  const id = newId()
  const [challenges, pairs] = await Promise.all([
    openChallengeSource(grant, context.caKeyPassphrase, profile.versionId),
    // The dummy is of the kind we would like best; the phone signs anew with the kind it makes.
    Promise.all(definition.keys.map((key) => context.dummyKeys.take(key.keyTypes[0] ?? 'RSA-2048'))),
  ])
  const make = (taken: readonly TakenChallenge[]): NewCommand => {
    const keys = definition.keys.map((key, i) => ({
      ...key,
      ...makeDummy(pairs[i] as KeyObject, subject, taken[i]?.challenge ?? null),
    }))
    const nonce = randomBytes(16).toString('hex')
    const body = buildProvisionCommand({
      externalId: id,
      timeoutS: definition.offerTimeoutS,
      nonce,
      userid: user.userid,
      attestationKeySet: definition.attestationKeySet,
      servername: definition.servername,
      profileName: profile.name,
      keys: keys.map((key) => ({ ...key, kinds: key.keyTypes.map((type) => KEY_TYPES[type]) })),
    })
    const { offerTimeoutS } = definition
    return {
      id,
      enrollmentId,
      kind: 'provision',
      externalId: id,
      nonce,
      requestBody: JSON.stringify(body),
      timeoutS: offerTimeoutS,
      lifespanS: offerTimeoutS,
      keys,
    }
  }
  let command: NewCommand | null
  try {
    command = await commit(grant, enrollmentId, make, challenges && { take: challenges, count: definition.keys.length })
  } catch (error) {
    if (error instanceof ChallengeError) return fail(grant, enrollmentId, error.code, error.message)
    throw error
  }
  if (command === null) return
  await giveCommand(grant, context, {
    id,
    enrollmentId,
    kind: 'provision',
    body: command.requestBody,
    timeoutS: definition.offerTimeoutS,
    attempt,
    waitsIn: ['requesting', 'offered'],
    giveUp: 'failed',
    again: 'send-provision',
    expiry: 'expire-offer',
  })
}

function makeDummy(privateKey: KeyObject, subject: RenderedSubject, challenge: string | null) {
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
  const dummyCsr = encodeCsr(subject.der, spki, privateKey, challenge)
  return {
    dummyCsr,
    dummySpkiSha256: hash('sha256', spki, 'buffer'),
    subjectDer: subject.der,
    attributesSha256: challenge === null ? null : hash('sha256', readCsr(dummyCsr).attributesDer, 'buffer'),
  }
}

/** @returns the command as it stands now; null if the enrolment waits for none any more. @throws ChallengeError nothing was taken or written */
const commit = (
  grant: System,
  enrollmentId: string,
  make: (taken: readonly TakenChallenge[]) => NewCommand,
  challenges: { take: ChallengeSource; count: number } | null,
): Promise<NewCommand | null> =>
  inTransaction(grant, async (tx) => {
    const enrollment = await lockEnrollment(tx, grant, enrollmentId)
    if (!enrollment || !(await waitsForOffer(tx, grant, enrollment))) return null
    if (enrollment.currentCommandId) await endCommand(tx, grant, enrollment.currentCommandId, 'superseded')
    const taken = challenges === null ? [] : await challenges.take(tx, enrollmentId, challenges.count)
    const command = make(taken)
    await insertCommand(tx, grant, command)
    const keyids = command.keys.map(({ keyid }) => keyid)
    await takeChallenges(
      tx,
      grant,
      command.id,
      taken.map(({ id }, i) => ({ id, keyid: keyids[i] ?? '' })),
    )
    return command
  })

/** `requesting`; or `offered` without a command that Hermod has taken. */
async function waitsForOffer(tx: Tx, grant: System, enrollment: LockedEnrollment): Promise<boolean> {
  if (enrollment.state !== 'offered') return enrollment.state === 'requesting'
  if (!enrollment.currentCommandId) return true
  const current = await readCommand(tx, grant, enrollment.currentCommandId)
  return current?.state !== 'sent' && current?.state !== 'answered'
}

async function fail(
  grant: System,
  enrollmentId: string,
  code: 'user_inactive' | 'subject_not_renderable' | 'no_challenge',
  detail: string,
): Promise<void> {
  await inTransaction(grant, async (tx) => {
    const enrollment = await lockEnrollment(tx, grant, enrollmentId)
    if (!enrollment || !(await waitsForOffer(tx, grant, enrollment))) return
    if (enrollment.currentCommandId) await endCommand(tx, grant, enrollment.currentCommandId, 'superseded')
    await tryTransition(tx, grant, {
      enrollmentId,
      from: enrollment.state,
      to: 'failed',
      set: { failureCode: code, failureDetail: detail },
    })
  })
}
