/** Words of the offline verifier (lib/verifier); those of a verdict are the command line's too. */
const MAX_NAMED = 5
const nameFailed = (names: readonly string[]): string =>
  names.length <= MAX_NAMED ? names.join(', ') : `${names.slice(0, MAX_NAMED).join(', ')} and ${names.length - MAX_NAMED} more`

export const verifierMessages = {
  title: 'Evidence bundle verifier',
  lead: 'Shows whether an evidence bundle is as the portal signed it, and whether what it says holds together. Everything happens in this page: it makes no connection, and works from a saved copy without a network.',
  drop: 'Drop the bundle here, or choose it:',
  keys: 'Keys of the portal (optional)',
  keysHint: 'The text of the portal’s /pki/bundle-keys.pem. Without it, the page says which key signed, and you compare.',
  result: 'Result',
  nothing: 'No bundle has been chosen yet.',
  findings: 'Every part, and what the parts say',
  outcomes: { ok: 'Good:', failed: 'Failed:', note: 'Note:' },
  working: (name: string) => `Verifying ${name}…`,
  /** `unknownKey`: SHA-256 of the key that signed, where nobody said whose keys may have. */
  good: (name: string, id: string, at: string, unknownKey: string | null) =>
    `${name} is good: enrolment ${id}, made ${at}${unknownKey === null ? '' : `, if the key that signed it is the portal’s: SHA-256 ${unknownKey}`}.`,
  bad: (name: string, failed: readonly string[]) =>
    `${name} is NOT good: ${failed.length} ${failed.length === 1 ? 'line' : 'lines'} failed: ${nameFailed(failed)}.`,
  broken: (name: string, why: string) => `${name} could not be verified: ${why}`,
  noCrypto: 'This browser gives no cryptography to this address. Save the page and open the saved file, or use https.',
  noKey: 'The text of the keys has no PEM public key.',
}
