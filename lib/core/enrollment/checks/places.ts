/**
 * Where in the exchange each check looks: what the evidence page marks. One table, by check. Pages import it in the browser.
 *
 * A path names a part of the decoded exchange (components/enrollment/decode-answer.ts) and a member in it:
 *   receipt            how and when the callback came
 *   command            the provision command that was sent
 *   envelope           the callback's JSON
 *   header, payload, signature                 of the outer JWS
 *   keys[*].header, .payload, .signature       of each key's own JWS
 *   keys[*].csr        the PKCS#10: .info.version, .info.subject, .info.spki, .info.attributes, .algorithm, .signature
 * The place that tells most stands first: the page goes there. `[*]` is every entry; `@key` stands for the members that make a JWK's key: n and e, or crv, x and y.
 */
import type { CheckId } from '../evidence.ts'

const ASKED = 'command.provCommand.profile.keygenrequests[*]'

export const CHECK_PLACES: Record<CheckId, readonly string[]> = {
  C1: ['receipt.credentials', 'receipt.bytes'],
  C2: ['envelope'],
  C3: ['envelope.responseHeader', 'envelope.provResponse', 'envelope.provResponse.result.contenttype'],
  C4: [
    'envelope.commandId',
    'envelope.externalId',
    'envelope.commandType',
    'envelope.responseHeader.inReplyTo',
    'command.commandHeader.externalId',
  ],
  C5: ['receipt.receivedAt'],
  C6: ['envelope.state', 'envelope.responseHeader.status', 'envelope.provResponse.code'],
  C7: ['envelope.provResponse.result.data'],
  C8: ['header'],
  C9: ['header.alg'],
  C10: ['header.jwk', 'header.jwk.@key'],
  C11: ['signature', 'header', 'payload'],
  C12: ['header.nonce', 'command.provCommand.nonce'],
  C13: ['header.fqdn', 'envelope.fqdn'],
  C14: ['header.sch'],
  C15: [
    'payload.profile.userid',
    'payload.profile.servername',
    'payload.profile.name',
    'payload.profile.id',
    'payload.profile.boxurl',
    'command.provCommand.userid',
    'command.provCommand.profile.servername',
    'command.provCommand.profile.name',
  ],
  C16: ['payload.profile.signedkeys', 'keys[*].header.kid', `${ASKED}.keyid`],
  C17: ['keys[*].header', 'keys[*].header.nonce', 'keys[*].header.kid', 'keys[*].payload.kid', 'keys[*].payload.certreq'],
  C18: [
    'keys[*].payload.@key',
    'keys[*].payload.kty',
    'keys[*].payload.use',
    'keys[*].payload.keystate',
    'keys[*].header.alg',
    `${ASKED}.keytypeprios`,
  ],
  C19: ['keys[*].signature', 'keys[*].payload.@key', 'keys[*].header.alg'],
  C20: ['keys[*].csr', 'keys[*].csr.info.version', 'keys[*].payload.certreq'],
  C21: ['keys[*].csr.info.spki', 'keys[*].csr.algorithm', 'keys[*].payload.@key'],
  C22: ['keys[*].csr.signature', 'keys[*].csr.info', 'keys[*].csr.algorithm', 'keys[*].csr.info.spki'],
  C23: ['keys[*].csr.info.subject', 'keys[*].csr.info.attributes', `${ASKED}.certreq`],
  C24: ['header.jwk', 'header.jwk.@key'],
  C25: ['command.provCommand.userid', `${ASKED}.certreq`],
}

const KEY_MEMBERS = ['n', 'e', 'crv', 'x', 'y']
const literal = (text: string): string => text.replace(/[.[\]]/g, '\\$&')

/** One key of several: its entry among the keys of the answer, and among those that were asked for. Null for one that has no such entry. */
export interface KeyEntry {
  answered: number | null
  asked: number | null
}
const NO_KEY: KeyEntry = { answered: null, asked: null }

/** True of paths that `pattern` names. `key`: only of its entries, where the finding is about one. */
export function placeMatcher(pattern: string, { answered, asked }: KeyEntry = NO_KEY): (path: string) => boolean {
  const entry = pattern.startsWith('keys[*]') ? answered : pattern.startsWith(ASKED) ? asked : null
  const source = pattern
    .split(/(\[\*\]|@key)/)
    .map((part) => {
      if (part === '@key') return `(?:${KEY_MEMBERS.join('|')})`
      return part === '[*]' ? `\\[${entry ?? '\\d+'}\\]` : literal(part)
    })
    .join('')
  const expression = new RegExp(`^${source}$`)
  return (path) => expression.test(path)
}

const MATCHERS = (Object.entries(CHECK_PLACES) as [CheckId, readonly string[]][]).map(
  ([id, patterns]) => [id, patterns.map((pattern) => placeMatcher(pattern))] as const,
)

/** The checks that look at this part. */
export const checksLookingAt = (path: string): CheckId[] =>
  MATCHERS.filter(([, matchers]) => matchers.some((matches) => matches(path))).map(([id]) => id)
