/**
 * The evidence bundle: everything about one enrolment in one file, signed, so that it proves itself without this portal.
 *
 * The file is JSON, one spelling for one content, a line for a part (frame.ts says why):
 *
 *   {"format":"certdesk-evidence-bundle","version":1,"lengths":[…],"parts":[
 *   {"name":"manifest","sha256":"…","encoding":"text","content":"<JWS header>.<JWS payload>"},
 *   {"name":"signature","sha256":"…","encoding":"text","content":"<JWS signature>"},
 *   {"name":"enrollment.json","sha256":"…","encoding":"text" | "base64","content":"…"},
 *   …
 *   ]}
 *
 * Each line carries the SHA-256 of its own octets, which proves nothing against a forger and tells damage of one line from damage of
 * another, also of the manifest from its signature. What proves is the manifest: with its signature it is a JWS (RFC 7515, ES256), header
 * {alg, typ, jwk}, jwk being the public key of this portal's bundle key; its payload is a Manifest: what the bundle is about, and name,
 * size and SHA-256 of each part's octets, in the order of the parts. Whose key it is cannot be said by the file itself: the portal
 * publishes its keys at /pki/bundle-keys.pem, and a verifier compares.
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

export const MANIFEST = 'manifest'
export const SIGNATURE = 'signature'

const partSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9.-]{1,64}$/),
  sha256: z.string(),
  encoding: z.enum(['text', 'base64']),
  content: z.string(),
})
export type EncodedPart = z.infer<typeof partSchema>

/** The whole file as JSON. A verifier reads it line by line instead. */
export const bundleSchema = z.strictObject({
  format: z.literal(BUNDLE_FORMAT),
  version: z.literal(BUNDLE_VERSION),
  /** Octets of each line of `parts`, without the comma. */
  lengths: z.array(z.number().int()),
  parts: z.array(partSchema),
})

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
  const sha256 = sha256Hex(bytes)
  const text = name.endsWith('.der') ? null : decodeUtf8(bytes)
  return text === null
    ? { name, sha256, encoding: 'base64', content: buffer.toString('base64') }
    : { name, sha256, encoding: 'text', content: text }
}

export const textPart = (name: string, text: string): Part => ({ name, bytes: Buffer.from(text, 'utf8') })

export const encodeLine = ({ name, sha256, encoding, content }: EncodedPart): string =>
  JSON.stringify({ name, sha256, encoding, content })

/** A line of the file, read by itself. `name` is what it says, null if not even that can be read. */
export type Line = { name: string | null; sha256: string; part: Part; problem: null } | { name: string | null; problem: string }

/** Never throws. */
export function readLine(line: Uint8Array): Line {
  const text = decodeUtf8(line)
  if (text === null) return { name: null, problem: 'it is not UTF-8 text' }
  const name = /^\{"name":"([a-z0-9.-]{1,64})"/.exec(text)?.[1] ?? null
  const { data } = partSchema.safeParse(parseJson(text))
  if (data === undefined) return { name, problem: 'it cannot be read' }
  if (encodeLine(data) !== text) return { name, problem: 'it is not spelt as it was written' }
  const { encoding, content, sha256 } = data
  const bytes = Buffer.from(content, encoding === 'text' ? 'utf8' : 'base64')
  if (bytes.toString(encoding === 'text' ? 'utf8' : 'base64') !== content)
    return { name, problem: 'its content is not well encoded' }
  if (sha256Hex(bytes) !== sha256) return { name, problem: 'it is damaged: its SHA-256 is not the one beside it' }
  return { name, sha256, part: { name: data.name, bytes }, problem: null }
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
