/** C24–C25: rules of the portal that are no matter of the message alone. */

import { isMessageKey } from './read-answer.ts'
import { type Check, fail, pass, skip, warn } from './types.ts'

/** C24: first use is recorded; a later change is shown to staff. The default app shares one key among all phones, so it proves an app, not a phone. */
export const checkAttestationRecord: Check = ({ facts, reading: { headerKey } }) => {
  if (!isMessageKey(headerKey)) return skip('C10')
  const thumbprint = headerKey.thumbprint()
  const earlier = facts.earlierAttestation ?? []
  if (earlier.length === 0) return pass('first use is recorded', thumbprint)
  const expected = `as before: ${earlier.join(' or ')}`
  return earlier.includes(thumbprint) ? pass(expected, thumbprint) : warn('attestation_changed', expected, thumbprint)
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
