/**
 * Carrying out a rehearsal: replays the stored answers of its period under the change that is wished for, in a worker, a few at a time, so
 * that answers which come meanwhile are judged between them. Nothing is changed but the rehearsal's own row; killed, it begins again.
 */
import { setImmediate } from 'node:timers/promises'
import type { Grant } from '#lib/auth/permissions.ts'
import { EMPTY_POLICY, readAttestationPolicy, trustedKeysAt } from '#lib/core/enrollment/attestation-policy.ts'
import {
  changePolicy,
  changeProfile,
  newResult,
  type RehearsalResult,
  type RehearsalWish,
  type RuleChange,
  rehearseAnswer,
} from '#lib/core/enrollment/rehearsal.ts'
import { listPolicyVersions, policyById } from '#lib/data/attestation-policy.ts'
import {
  countRehearsed,
  deleteOldRehearsals,
  findRehearsal,
  finishRehearsal,
  noteRehearsalProgress,
  type RehearsedScope,
  readRehearsedAnswers,
} from '#lib/data/rehearsals.ts'
import { rehearsalMessages } from '#lib/messages/rehearsal.ts'

type System = Grant<'system:work'>

const BATCH = 50
/** After so many the event loop is given back: some 5 ms. */
const AT_ONCE = 10

export async function rehearse(grant: System, { rehearsalId }: { rehearsalId: string }): Promise<void> {
  await deleteOldRehearsals(grant)
  const rehearsal = await findRehearsal(grant, rehearsalId)
  if (!rehearsal || rehearsal.finished) return
  const change = await changeOf(grant, rehearsal.wish)
  if (change === null) return finishRehearsal(grant, rehearsalId, { failure: rehearsalMessages.overtaken })
  const scope = { period: rehearsal.wish.period, profile: rehearsal.wish.change === 'profile' ? rehearsal.wish.profile : null }
  const result = await replay(grant, rehearsalId, scope, change)
  await finishRehearsal(grant, rehearsalId, { result })
}

/** Null if the draft is based on a version that is not the newest any more. */
async function changeOf(grant: System, wish: RehearsalWish): Promise<RuleChange | null> {
  const [newest] = await listPolicyVersions(grant)
  if (wish.change === 'profile') {
    const { attestationKeySet: set } = wish
    if (set === null) return changeProfile(wish)
    const { policy, everIn } = await policyById(grant, newest?.id ?? null)
    return changeProfile(wish, { trustedKeys: trustedKeysAt(policy, set, new Date()), formerKeys: [...everIn(set)] })
  }
  if ((newest?.number ?? 0) !== wish.basedOn) return null
  const { fileKeySets } = newest?.policy.definition ?? EMPTY_POLICY
  return changePolicy(
    readAttestationPolicy({ fileKeySets, ...wish.draft }),
    wish.asOf === null ? new Date() : new Date(wish.asOf),
  )
}

async function replay(grant: System, id: string, scope: RehearsedScope, change: RuleChange): Promise<RehearsalResult> {
  const { total, capped } = await countRehearsed(grant, scope)
  const result = { ...newResult(), capped }
  let before: string | null = null
  for (let done = 0; done < total; ) {
    await noteRehearsalProgress(grant, id, done, total)
    const answers = await readRehearsedAnswers(grant, scope, before, Math.min(BATCH, total - done))
    if (answers.length === 0) break
    for (const [i, answer] of answers.entries()) {
      if (i % AT_ONCE === 0) await setImmediate()
      rehearseAnswer(result, answer, change)
    }
    done += answers.length
    before = answers.at(-1)?.answerId ?? null
  }
  await noteRehearsalProgress(grant, id, total, total)
  return result
}
