/** What is configured of a SCEP CA (RFC 8894). Secrets are not in here (index.ts: `credentials`). */
import { z } from 'zod'
import { caUrl, certificatePin, pemCertificates, renewal, subjectMatch } from './fields.ts'

export const scepConfigSchema = z.strictObject({
  /** http too (§5): messages are signed and encrypted by themselves. */
  url: caUrl('https', 'http'),
  /** PEM of who issues the server's TLS certificate; null: the system's. */
  tlsCa: pemCertificates,
  /** SHA-256 of the CA's certificate, or of one above it that GetCACert also gives; hex. GetCACert is not authenticated: this is. */
  anchorSha256: certificatePin,
  /** §4.1: which CA, where one server speaks for several; null: it speaks for one. */
  caIdentifier: z
    .string()
    .trim()
    .max(200)
    .regex(/^[\x20-\x7e]*$/, 'It must be plain ASCII.')
    .nullable()
    .transform((value) => value || null),
  /** Who signs our messages (§2.3): certificate of a registration authority, PEM, whose key is a credential; null: an ephemeral self-signed one. */
  raCertificate: pemCertificates,
  /** Some CAs take only RenewalReq from a registration authority: then it is the type of every request. */
  messageType: z.enum(['PKCSReq', 'RenewalReq']),
  /** Whether SHA-1, Triple-DES and DES may be used with this CA. */
  legacyAlgorithms: z.boolean(),
  /** For each of the three requests that one asking may take; together no longer than a request's lease (lib/data/asking.ts). */
  timeoutMs: z.number().int().min(1_000, 'At least one second.').max(10_000, 'At most 10 seconds.'),
  subject: subjectMatch,
  renewal,
  /**
   * What the CA wants in the PKCS#10 itself (RFC 2985 §5.4.1: challengePassword). `one-time`: each key of an offer takes one of those that an
   * administrator entered. A fixed one is not offered: the phone signs the PKCS#10, so the challenge must stand in what the phone is sent, and
   * whoever knows a fixed one can have certificates for any name. Configurations from before there was a choice: none.
   */
  challenge: z.enum(['none', 'one-time']).default('none'),
})
export type ScepConfig = z.infer<typeof scepConfigSchema>
