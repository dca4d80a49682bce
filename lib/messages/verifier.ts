/** Words of the offline verifier (lib/verifier). */
export const verifierMessages = {
  title: 'Evidence bundle verifier',
  lead: 'Shows whether an evidence bundle is as the portal signed it, and whether what it says holds together. Everything happens in this page: it makes no connection, and works from a saved copy without a network.',
  drop: 'Drop the bundle here, or choose it:',
  keys: 'Keys of the portal (optional)',
  keysHint: 'The text of the portal’s /pki/bundle-keys.pem. Without it, the page says which key signed, and you compare.',
  result: 'Result',
  findings: 'Every part, and what the parts say',
  outcomes: { ok: 'Good:', failed: 'Failed:', note: 'Note:' },
  working: (name: string) => `Verifying ${name}…`,
  good: (name: string, id: string, at: string) => `${name} is good: enrolment ${id}, made ${at}.`,
  bad: (name: string, failed: number) => `${name} is NOT good: ${failed} ${failed === 1 ? 'line' : 'lines'} failed.`,
  broken: (name: string, why: string) => `${name} could not be verified: ${why}`,
  noCrypto: 'This browser gives no cryptography to this address. Save the page and open the saved file, or use https.',
  noKey: 'The text of the keys has no PEM public key.',
}
