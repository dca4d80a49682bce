/** What is configured of an EST server (RFC 7030). Secrets are not in here (index.ts: `credentials`). */
import { z } from 'zod'
import { caUrl, certificatePin, pemCertificates, renewal, subjectMatch } from './fields.ts'

export const estConfigSchema = z.strictObject({
  /** https only (§3.3). With the whole path, or only the host: then /.well-known/est is added (§3.2.2). */
  url: caUrl('https'),
  /** PEM of who issues the server's TLS certificate; null: the system's. §3.6.1: pinned explicitly, an "explicit TA". */
  tlsCa: pemCertificates,
  /** SHA-256 of the anchor of the CA's chain, hex: what `cacerts` says is believed only under it. */
  anchorSha256: certificatePin,
  /** §3.2.3: HTTP Basic; null: none. The password is a credential. */
  basicUser: z
    .string()
    .trim()
    .max(200)
    .regex(/^[^:\r\n]*$/, 'It must not contain a colon.')
    .nullable()
    .transform((value) => value || null),
  /** §3.3.2: TLS client certificate with its chain, PEM; null: none. The key is a credential. */
  clientCertificate: pemCertificates,
  subject: subjectMatch,
  renewal,
})
export type EstConfig = z.infer<typeof estConfigSchema>

/** §3.2.2: the operation path. @param operation e.g. "cacerts" */
export function estUrl(config: Pick<EstConfig, 'url'>, operation: string): string {
  const url = new URL(config.url)
  const path = url.pathname === '/' ? '/.well-known/est' : url.pathname
  return `${url.origin}${path}/${operation}`
}
