/** Revocation: what is said when it cannot be asked for, and what a look at the CA found. */
export const revocationMessages = {
  noCertificate: 'There is no such certificate.',
  unknownReason: (known: readonly string[]) => `The reason must be one of ${known.join(', ')}.`,
  noteTooLong: (max: number) => `The note must have at most ${max} characters.`,
  notIssued: 'The certificate has not been issued, so there is nothing to revoke.',
  revokedBefore: 'The certificate is revoked already.',
  heldBefore: 'The certificate is on hold already.',
  notHeld: 'The certificate is not on hold, so there is nothing to release.',
  nothingLeft: 'There is no certificate left that still counts.',
  seenRevoked: (reason: string, at: Date) => `It says revoked (${reason}) since ${at.toISOString()}.`,
  seenGood: 'It does not say that the certificate is revoked.',
  httpStatus: (status: number) => `The address answered with HTTP status ${status}.`,
  tooLarge: (limit: number) => `The answer has more than ${limit} bytes.`,
  noAnswer: (detail: string) => `No answer: ${detail}.`,
}
