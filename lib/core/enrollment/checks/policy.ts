/**
 * C24–C25: rules of the portal that are no matter of the message alone.
 *
 * On C24 (F-B12, F-B13). An attestation key shows which app answered, not which phone: the default app has one key for all phones. So the
 * same key at two people is what is to be expected and no finding. Another key than this person's phones used for this profile is one of
 * two things: the app was updated and brought its next key, or another app answered. The first must not stop anybody, or a change of keys
 * would lock everybody out; the second is held for staff or refused, as the profile says. The key sets tell them apart: where the key on record stands, or stood, in the very
 * set that the new key is trusted by, the new one is its successor, and the check warns. Where it never stood there, the check fails, unless
 * the profile holds what fails it (confirmation.ts) or monitors it (while an organisation moves its people to an app of its own).
 */

import { isMessageKey } from './read-answer.ts'
import { type Check, fail, pass, skip, warn } from './types.ts'

/** C24: first use is recorded; a successor is shown to staff; another app fails. */
export const checkAttestationRecord: Check = ({ policy, facts, reading: { headerKey } }) => {
  if (!isMessageKey(headerKey)) return skip('C10')
  const thumbprint = headerKey.thumbprint()
  const earlier = facts.earlierAttestation ?? []
  if (earlier.length === 0) return pass('first use is recorded', thumbprint)
  const expected = `as before: ${earlier.join(' or ')}`
  if (earlier.includes(thumbprint)) return pass(expected, thumbprint)
  const sameSet = [...policy.trustedKeys.map((key) => key.thumbprint), ...(policy.formerKeys ?? [])]
  return earlier.some((one) => sameSet.includes(one))
    ? warn('attestation_changed', expected, `${thumbprint}, of the same key set`, 'attestation_changed')
    : fail(
        'attestation_changed',
        expected,
        `${thumbprint}, of a key set that has never held the earlier key`,
        'attestation_changed',
      )
}

/** C25: the user as the directory has him now, not as he was when the offer was made. */
export const checkUser: Check = ({ expectation, facts }) => {
  const expected = 'an active user whose subject is the one that was offered'
  if (!facts.user.active) return fail('user_inactive', expected, `user ${expectation.userid} is disabled`)
  const now = facts.user.subjectDer
  const unchanged = now !== null && expectation.keys.every((key) => Buffer.compare(key.subjectDer, now) === 0)
  return unchanged
    ? pass(expected, 'active, unchanged')
    : fail('stale_user', expected, 'what goes into the subject has changed since the offer')
}
