/**
 * An exported CA as one file: everything of all generations that a restored CA needs to go on, compressed and sealed under a passphrase of
 * its own (seal.ts: scrypt and AES-256-GCM), so that the file can be kept where the database is not.
 *
 * It holds the private keys in clear inside the seal, so that it does not depend on CA_KEY_PASSPHRASE; the numbers of the last CRLs, so
 * that no number is given twice; and what is known of every certificate that may still be asked about, so that a restored CA does not
 * forget what was revoked. Reading it checks the seal, then every field, then that keys and certificates belong together (the caller).
 */
import { gunzipSync, gzipSync } from 'node:zlib'
import { z } from 'zod'
import { isCrlReason } from '#lib/core/x509/crl-reasons.ts'
import { ISSUER_NAME } from '#lib/core/x509/publication.ts'
import { IssuerError } from '../errors.ts'
import { openSecret, sealSecret } from './seal.ts'

const LABEL = 'certdesk-ca-export/1'
const MAX_CONTENT_BYTES = 512 << 20

const base64 = z.base64().transform((text) => Uint8Array.from(Buffer.from(text, 'base64')))
const time = z.iso.datetime().transform((text) => new Date(text))
const issuerName = z.string().regex(ISSUER_NAME)

const schema = z.strictObject({
  format: z.literal(LABEL),
  exportedAt: time,
  issuers: z
    .array(
      z.strictObject({
        name: issuerName,
        replacedBy: issuerName.nullable(),
        chain: z.array(base64).min(2).max(4),
        keys: z
          .array(z.strictObject({ name: z.enum(['root-key', 'issuing-key']), pkcs8: base64 }))
          .min(1)
          .max(2),
        crls: z.array(z.strictObject({ scope: z.enum(['issuing', 'root']), number: z.int().min(1) })),
        certificates: z.array(
          z.strictObject({
            serialNumber: z.string().regex(/^[1-9a-f][0-9a-f]{0,39}$/),
            notAfter: time,
            revokedAt: time.nullable(),
            reason: z.string().refine(isCrlReason).nullable(),
          }),
        ),
      }),
    )
    .min(1)
    .max(100),
})
export type CaExport = Omit<z.output<typeof schema>, 'format'>
export type ExportedIssuer = CaExport['issuers'][number]

/** @returns the file's content */
export function sealExport(content: CaExport, passphrase: string): Promise<Buffer<ArrayBuffer>> {
  const toText = (_key: string, value: unknown): unknown =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value
  // Buffer has a toJSON of its own, which would come first.
  const plain = content.issuers.map((issuer) => ({
    ...issuer,
    chain: issuer.chain.map((der) => new Uint8Array(der)),
    keys: issuer.keys.map((key) => ({ ...key, pkcs8: new Uint8Array(key.pkcs8) })),
  }))
  return sealSecret(gzipSync(JSON.stringify({ format: LABEL, ...content, issuers: plain }, toText)), passphrase, LABEL)
}

/** @throws IssuerError export */
export async function openExport(file: Uint8Array, passphrase: string): Promise<CaExport> {
  const compressed = await openSecret(file, passphrase, LABEL).catch((cause: unknown) => {
    if (!(cause instanceof IssuerError)) throw cause
    const sentence =
      cause.code === 'wrong_passphrase'
        ? 'The passphrase is not the one this file was exported with, or the file was changed.'
        : 'This is not a file that "certdesk ca export" has written, or it is damaged.'
    throw new IssuerError('export', sentence, { cause })
  })
  try {
    const { format: _, ...content } = schema.parse(
      JSON.parse(gunzipSync(compressed, { maxOutputLength: MAX_CONTENT_BYTES }).toString('utf8')),
    )
    return content
  } catch (cause) {
    throw new IssuerError(
      'export',
      'The file opens, but was written by a version of Certdesk that this one does not understand.',
      { cause },
    )
  }
}
