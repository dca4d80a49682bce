/** Incidents: what a person should look at although nothing stopped. The sentences stand in lib/messages/incidents.ts. */
export const INCIDENT_KINDS = [
  /** An answer carried a key that somebody else's phone has proved to hold. */
  'key_of_another_user',
  /** A known phone or person answered with another attestation key than before. */
  'attestation_changed',
  /** An answer carried a key of the block list. */
  'blocked_key',
  /** A phone sent the private half of its key; the key was blocked. */
  'private_key_leaked',
  /** An answer carried the one-time number of another person's offer. */
  'foreign_nonce',
  /** A person said that the phone that answered is not theirs. */
  'phone_denied',
  /** A revocation does not appear where it should. */
  'revocation_not_published',
  /** A remote CA made, or may have made, a certificate that never reached the portal or was not used: it must be revoked there. */
  'certificate_unseen',
] as const
export type IncidentKind = (typeof INCIDENT_KINDS)[number]
