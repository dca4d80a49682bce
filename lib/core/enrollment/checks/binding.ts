/** C12–C16: that the signed answer was made for this command: its nonce, server, user, profile and keys. */
import { timingSafeEqual } from 'node:crypto'
import { decodeBase64 } from '../../jws/base64.ts'
import { isAcceptedHost } from './envelope.ts'
import { say } from './outer-signature.ts'
import { type Check, type CheckContext, type Finding, fail, pass, skip, warn } from './types.ts'

/** C12: equal, in constant time. A number that looks the same is not the same. */
export const checkNonce: Check = (context) => {
  const {
    expectation,
    reading: { outer },
  } = context
  if (!outer?.header) return skip('C7')
  const { nonce } = outer.header
  if (isSameNonce(nonce, expectation.nonce)) return pass(expectation.nonce, expectation.nonce)
  return failNonce(context, expectation.nonce, nonce)
}

/** F-B2: the number of another user's open offer is no mistake: somebody puts an answer made for one person in another's place. */
export const failNonce = ({ facts }: CheckContext, expected: string, seen: unknown): Finding =>
  facts.foreignNonce
    ? fail('nonce', expected, 'the one-time number of an open offer to another user', 'foreign_nonce')
    : fail('nonce', expected, `nonce ${say(seen)}`)

/** The content is not timed; the length, the same for all of ours, is no secret. */
export function isSameNonce(seen: unknown, ours: string): boolean {
  if (typeof seen !== 'string' || seen.length !== ours.length) return false
  const bytes = Buffer.from(seen, 'utf8')
  const wanted = Buffer.from(ours, 'utf8')
  return bytes.length === wanted.length && timingSafeEqual(bytes, wanted)
}

/** C13: the host name the app signed, the one the envelope names and the configured one are the same (protocol note 6.3). */
export const checkFqdn: Check = ({ policy, reading: { outer, envelope } }) => {
  if (!outer?.header) return skip('C7')
  const { fqdn } = outer.header
  const expected = policy.acceptedHosts.join(' or ')
  if (typeof fqdn !== 'string' || !isAcceptedHost(fqdn, policy.acceptedHosts)) return fail('fqdn', expected, say(fqdn))
  const outside = envelope?.ok === true ? envelope.value.fqdn : undefined
  if (outside !== undefined && !isAcceptedHost(outside, [fqdn]))
    return fail('fqdn', expected, `${fqdn} in the answer, ${outside} in the envelope`)
  return pass(expected, fqdn)
}

/** C14: what `sch` is a digest of is not documented, so it decides only where an operator has pinned values (protocol note 6.3). */
export const checkServerCertificate: Check = ({ policy, reading: { outer } }) => {
  if (!outer?.header) return skip('C7')
  const { sch } = outer.header
  const digest = typeof sch === 'string' ? decodeBase64(sch) : null
  const pins = policy.schPins ?? []
  if (pins.length === 0) {
    const expected = 'no value is pinned; recorded only'
    return digest?.length === 32 ? warn('sch_unpinned', expected, say(sch)) : warn('sch_unusable', expected, say(sch))
  }
  const expected = pins.join(' or ')
  if (digest?.length !== 32) return fail('sch', expected, say(sch))
  return pins.some((pin) => Buffer.from(pin, 'base64').equals(digest))
    ? pass(expected, say(sch))
    : fail('sch', expected, say(sch))
}

/** C15: payload as documented; who and what it is for, compared byte for byte; the mailbox on our server. */
export const checkPayload: Check = ({ expectation, policy, facts, reading: { outer, payload } }) => {
  if (!outer?.payload || payload === null) return skip('C7')
  const expected = `user ${expectation.userid}, server “${expectation.servername}”, profile “${expectation.profileName}”, mailbox at ${policy.acceptedHosts.join(' or ')}`
  if (!payload.ok) return fail('schema', expected, payload.problem)
  const { userid, servername, name, boxurl, id } = payload.value.profile
  if (userid !== expectation.userid) return fail('userid', expected, `user ${userid}`)
  if (servername !== expectation.servername) return fail('profile', expected, `server “${servername}”`)
  if (name !== expectation.profileName) return fail('profile', expected, `profile “${name}”`)
  if (facts.knownProfileRefs?.has(id)) return fail('profile', expected, `profile id ${id}, which another phone has`)
  if (!isOurMailbox(boxurl, policy.acceptedHosts)) return fail('fqdn', expected, `mailbox ${boxurl}`)
  return pass(expected, `user ${userid}, server “${servername}”, profile “${name}”, profile id ${id}`)
}

/** The profile's mailbox is on our messaging server. Text only: it is never fetched. Plain http on a loopback address is for tests. */
function isOurMailbox(text: string, hosts: readonly string[]): boolean {
  const url = URL.parse(text)
  if (url === null) return false
  if (url.username !== '' || url.password !== '' || !isAcceptedHost(url.hostname, hosts)) return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname))
}

/** C16: the keyids asked for, each once, none besides. */
export const checkKeyids: Check = ({ expectation, reading: { keys, keyCount, outer } }) => {
  if (!outer?.payload) return skip('C7')
  const asked = expectation.keys.map((key) => key.keyid)
  const expected = asked.join(', ')
  if (keyCount !== asked.length) return fail('keyid', expected, `${keyCount} keys`)
  // Entries that are no strings: C15 says so. Messages that cannot be read: C17 says so.
  if (keys.length !== keyCount) return skip('C15')
  if (keys.some((key) => key.jws.header === null || key.payload === null)) return skip('C17')
  const seen = keys.map((key) => key.kid)
  const matches = asked.every((keyid) => seen.filter((kid) => kid === keyid).length === 1)
  const observed = seen.map((kid) => kid ?? '(no kid)').join(', ')
  return matches ? pass(expected, observed) : fail('keyid', expected, observed)
}
