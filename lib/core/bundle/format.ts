/**
 * The evidence bundle: everything about one enrolment in one file, signed, so that it proves itself without this portal.
 *
 * The file is JSON, one spelling for one content (`serializeBundle`; a file that is spelt otherwise is refused):
 *
 *   { "format": "certdesk-evidence-bundle", "version": 1,
 *     "manifest": "<compact JWS>",
 *     "parts": [ { "name", "encoding": "text" | "base64", "content" }, … ] }
 *
 * `manifest` is a JWS (RFC 7515, ES256). Its header is {alg, typ, jwk}, jwk being the public key of this portal's bundle key; its payload
 * is a Manifest: what the bundle is about, and name, size and SHA-256 of each part's octets, in the order of the parts. Whose key it is
 * cannot be said by the file itself: the portal publishes its keys at /pki/bundle-keys.pem, and a verifier compares.
 *
 * Parts (content.ts says what is in those that are JSON of ours):
 *   enrollment.json, profile.json, commands.json, callbacks.json, certificates.json, audit.json      facts
 *   evidence.json, judged-by.json         the checks' outcome; the policy version and all that the checks were given
 *   provision-1.request.json, .reply.json, .dummy-1.der, certificate-1.request.json, …               as sent and received
 *   callback-1.json, …                    what the messaging server posted, octet for octet but for the offers (blank.ts)
 *   leaf-1.der, …, chain-1-1.der, …       certificates, and the chain of the issuer
 */
import { hash } from 'node:crypto'
import { z } from 'zod'

export const BUNDLE_FORMAT = 'certdesk-evidence-bundle'
export const BUNDLE_VERSION = 1
/** Real ones have some 60 kB. */
export const MAX_BUNDLE_BYTES = 16 << 20
export const MANIFEST_TYPE = 'certdesk-evidence-bundle+jws'

const partSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9.-]{1,64}$/),
  encoding: z.enum(['text', 'base64']),
  content: z.string(),
})
export type EncodedPart = z.infer<typeof partSchema>

export const bundleSchema = z.strictObject({
  format: z.literal(BUNDLE_FORMAT),
  version: z.literal(BUNDLE_VERSION),
  manifest: z.string(),
  parts: z.array(partSchema).max(2000),
})
export type Bundle = z.infer<typeof bundleSchema>

export const manifestSchema = z.strictObject({
  format: z.literal(BUNDLE_FORMAT),
  version: z.literal(BUNDLE_VERSION),
  enrollmentId: z.string(),
  /** ISO 8601. */
  madeAt: z.string(),
  parts: z.array(z.strictObject({ name: z.string(), size: z.number().int().min(0), sha256: z.string() })),
})
export type Manifest = z.infer<typeof manifestSchema>

/** A part by its octets. */
export interface Part {
  name: string
  bytes: Uint8Array<ArrayBuffer>
}

export const sha256Hex = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex')

export const describeParts = (parts: readonly Part[]): Manifest['parts'] =>
  parts.map(({ name, bytes }) => ({ name, size: bytes.length, sha256: sha256Hex(bytes) }))

/** Text where the octets are the UTF-8 of some text, so that people can read the file. */
export function encodePart({ name, bytes }: Part): EncodedPart {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const text = name.endsWith('.json') ? decodeUtf8(bytes) : null
  return text === null
    ? { name, encoding: 'base64', content: buffer.toString('base64') }
    : { name, encoding: 'text', content: text }
}

/** Null for content that is not the one spelling of its octets. */
export function decodePart({ encoding, content }: EncodedPart): Buffer<ArrayBuffer> | null {
  const bytes = Buffer.from(content, encoding === 'text' ? 'utf8' : 'base64')
  return bytes.toString(encoding === 'text' ? 'utf8' : 'base64') === content ? bytes : null
}

export const serializeBundle = ({ format, version, manifest, parts }: Bundle): string =>
  `${JSON.stringify({ format, version, manifest, parts: parts.map(({ name, encoding, content }) => ({ name, encoding, content })) }, null, 1)}\n`

export type ParsedBundle = { bundle: Bundle; problem: string | null } | { bundle: null; problem: string }

/** Reads a file. `problem`: why it is not as it was written; the bundle is there all the same if it can be read. Never throws. */
export function parseBundle(file: Uint8Array): ParsedBundle {
  if (file.length > MAX_BUNDLE_BYTES) return { bundle: null, problem: `${file.length} bytes are more than any bundle has` }
  const text = decodeUtf8(file)
  if (text === null) return { bundle: null, problem: 'it is not UTF-8 text' }
  const value = parseJson(text)
  if (value === undefined) return { bundle: null, problem: 'it is not JSON' }
  const result = bundleSchema.safeParse(value)
  if (!result.success) {
    const issue = result.error.issues[0]
    return { bundle: null, problem: `it is no evidence bundle of version ${BUNDLE_VERSION} (${issue?.path.join('.') || 'form'})` }
  }
  return { bundle: result.data, problem: serializeBundle(result.data) === text ? null : 'it is not spelt as it was written' }
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}
