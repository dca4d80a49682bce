/** RFC 5280 §5.3.1 CRLReason: the standard's names and numbers, and which of them a person may give here. */
export const CRL_REASONS = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  removeFromCRL: 8,
  privilegeWithdrawn: 9,
  aACompromise: 10,
} as const
export type CrlReason = keyof typeof CRL_REASONS

/**
 * Reasons for a certificate of a person. Not cACompromise and aACompromise (no CA or attribute authority is revoked here), not
 * removeFromCRL, which is what a release says. certificateHold can be released; the others are for good.
 */
export const REVOCATION_REASONS = [
  'unspecified',
  'keyCompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'privilegeWithdrawn',
  'certificateHold',
] as const satisfies readonly CrlReason[]
export type RevocationReason = (typeof REVOCATION_REASONS)[number]

export const isRevocationReason = (text: string): text is RevocationReason =>
  (REVOCATION_REASONS as readonly string[]).includes(text)

export const isCrlReason = (text: string): text is CrlReason => Object.hasOwn(CRL_REASONS, text)
