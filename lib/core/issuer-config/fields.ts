/** Fields that several kinds of remote CA have, checked the same way: an address, a pin, PEM certificates. */
import { createHash, X509Certificate } from 'node:crypto'
import { z } from 'zod'
import { SUBJECT_MATCHES } from '../x509/same-name.ts'

/**
 * Where to ask. Without user name, query and fragment (a password in an address ends up in logs), and without a slash at the end.
 *
 * @param protocols what may stand before "://"
 */
export const caUrl = (...protocols: readonly ('https' | 'http')[]) =>
  z
    .string()
    .trim()
    .min(1, 'Enter the address.')
    .max(500)
    .transform((value, context) => {
      const url = URL.parse(value)
      const message =
        url === null || !protocols.some((protocol) => url.protocol === `${protocol}:`)
          ? `It must begin with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}.`
          : url.username || url.password || url.search || url.hash
            ? 'It must not carry a user name, a query or a fragment.'
            : null
      if (message === null && url !== null) return url.href.replace(/\/+$/, '')
      context.addIssue({ code: 'custom', message: message ?? 'It is not an address.' })
      return z.NEVER
    })

/** SHA-256 of a certificate as people paste it: any case, with or without colons and spaces. */
export const certificatePin = z
  .string()
  .max(200)
  .transform((value) => value.replace(/[\s:]/g, '').toLowerCase())
  .pipe(z.string().regex(/^[0-9a-f]{64}$/, 'It must be a SHA-256 fingerprint: 64 hexadecimal digits.'))

/** Whether the CA may write the subject in other string types. Configurations from before there was a choice: it may not. */
export const subjectMatch = z.enum(SUBJECT_MATCHES).default('exact')

/**
 * How a certificate is asked for that replaces one of the same subject from the same CA: as any other, or as a renewal (EST simplereenroll,
 * SCEP RenewalReq). Configurations from before there was a choice: as any other.
 */
export const renewal = z.enum(['enroll', 'reenroll']).default('enroll')

/** One or more PEM certificates; empty text is none. Kept as entered, trimmed. */
export const pemCertificates = z
  .string()
  .max(64_000)
  .transform((value) => value.trim())
  .nullable()
  .transform((value, context) => {
    if (value === null || value === '') return null
    const blocks = value.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g) ?? []
    if (blocks.length > 0 && blocks.every(isCertificate)) return blocks.join('\n')
    context.addIssue({ code: 'custom', message: 'It must be PEM: -----BEGIN CERTIFICATE----- … -----END CERTIFICATE-----.' })
    return z.NEVER
  })

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0
  } catch {
    // Not a certificate is what is asked here.
    return false
  }
}

export const sha256Hex = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
