/**
 * The challenges of a CA that wants one in each PKCS#10 (issuer configuration, `challenge`): opened by the worker while the dummy requests are made.
 *
 * The CA believes whoever has one, and from here on the messaging server, the phone, and whoever can read the command in the database have it, until
 * it is spent: that is why they are for one time only and why a CA should bind each to a name and a short time. They go nowhere else: not to
 * the log, the audit, or the texts of checks. They do stand in the stored command and answer, and so in an evidence bundle, since the bytes are
 * the evidence; once the certificate is made they are spent.
 */
import { createPrivateKey, type KeyObject } from 'node:crypto'
import type { Grant } from '#lib/auth/permissions.ts'
import { CodedError } from '#lib/core/errors.ts'
import { findChallengeIssuer, type LockedChallenge, lockChallenges } from '#lib/data/issuer-challenges.ts'
import type { Tx } from '#lib/data/transaction.ts'
import { openSecret } from '#lib/issuer/embedded/seal.ts'
import { IssuerError } from '#lib/issuer/errors.ts'
import { sealingKeyLabel } from '#lib/issuer/remote.ts'
import { challengeLabel, openCredential } from '#lib/issuer/sealed-box.ts'
import { workflowMessages as texts } from '#lib/messages/workflows.ts'

type System = Grant<'system:work'>

/** There are none, or they cannot be opened; the message is for staff. */
export class ChallengeError extends CodedError<'no_challenge'> {
  constructor(message: string, options?: { cause?: unknown }) {
    super('no_challenge', message, options)
  }
}

export interface TakenChallenge {
  id: string
  challenge: string
}

/** @returns `count` challenges, locked: to be used in the same transaction. @throws ChallengeError */
export type ChallengeSource = (tx: Tx, enrollmentId: string, count: number) => Promise<TakenChallenge[]>

/** Null: the CA of that profile version wants none. What takes time is done here, before the transaction. @throws IssuerError */
export async function openChallengeSource(
  grant: System,
  passphrase: string,
  profileVersionId: string,
): Promise<ChallengeSource | null> {
  const issuer = await findChallengeIssuer(grant, profileVersionId)
  if (issuer === null) return null
  const { id: issuerId, name, binding } = issuer
  const keys = new Map<string, KeyObject>()
  for (const { id, privateSealed } of issuer.sealingKeys) {
    const pkcs8 = await openSecret(privateSealed, passphrase, sealingKeyLabel(id))
    keys.set(id, createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }))
    pkcs8.fill(0)
  }
  const open = ({ id, sealed, sealingKeyId }: LockedChallenge): TakenChallenge => {
    const key = keys.get(sealingKeyId)
    if (key === undefined) throw new ChallengeError(texts.challengeUnreadable(name))
    try {
      return { id, challenge: openCredential(sealed, key, challengeLabel(issuerId, binding)).toString('utf8') }
    } catch (cause) {
      if (cause instanceof IssuerError) throw new ChallengeError(texts.challengeUnreadable(name), { cause })
      throw cause
    }
  }
  return async (tx, enrollmentId, count) => {
    const locked = await lockChallenges(tx, grant, { issuerId, binding, enrollmentId, count })
    if (locked.length < count) throw new ChallengeError(texts.noChallengeLeft(name, locked.length, count))
    return locked.map(open)
  }
}
