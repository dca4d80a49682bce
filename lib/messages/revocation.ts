/** Revocation: what is said when it cannot be asked for. */
export const revocationMessages = {
  noCertificate: 'There is no such certificate.',
  unknownReason: (known: readonly string[]) => `The reason must be one of ${known.join(', ')}.`,
  noteTooLong: (max: number) => `The note must have at most ${max} characters.`,
  notIssued: 'The certificate has not been issued, so there is nothing to revoke.',
  revokedBefore: 'The certificate is revoked already.',
}
