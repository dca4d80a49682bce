/**
 * Verifies a bundle by its own octets: the signature over the manifest, the hash of every part, and then that the parts say one thing:
 * the phone's signatures, the requests, the certificates and their chain, the binding to the command, the audit entries, and that the
 * checks, run again on the stored octets, come to the stored evidence.
 *
 * Trusts nothing but the caller's key, if one is given; else it says whose key signed, and leaves to the reader whether that is the
 * portal's. What the parts say is only looked at when every part is as it was signed: a changed part fails by its name. Pure and
 * synchronous; the same code runs on the command line (Node's crypto) and in the browser (lib/verifier: WebCrypto). Never throws.
 */

import type { Bytes } from '../asn1/der.ts'
import { decodeBase64Url } from '../jws/base64.ts'
import { readCompact, verifySegments } from '../jws/compact.ts'
import { isJsonObject } from '../jws/json.ts'
import { encodeSpki, isJwkProblem, publicKeyOf, readJwk } from '../x509/spki.ts'
import { checkContent } from './check-content.ts'
import { type BundleFinding, failed, ok } from './findings.ts'
import {
  type Bundle,
  decodePart,
  MANIFEST_TYPE,
  type Manifest,
  manifestSchema,
  parseBundle,
  parseJson,
  sha256Hex,
} from './format.ts'

export interface BundleVerdict {
  ok: boolean
  findings: BundleFinding[]
  /** Of the signed manifest, if its signature is good. */
  about: { enrollmentId: string; madeAt: string } | null
  /** SHA-256 of the SubjectPublicKeyInfo of the key that signed, hex; null if no signature is good. */
  signer: string | null
}

export interface VerifyOptions {
  /** SubjectPublicKeyInfo of the keys a bundle may be signed with, as /pki/bundle-keys.pem has them. None: any, and it is said which. */
  trustedKeys?: readonly Bytes[]
}

export function verifyBundle(file: Uint8Array, { trustedKeys }: VerifyOptions = {}): BundleVerdict {
  const parsed = parseBundle(file)
  if (parsed.bundle === null) return verdict([failed('file', parsed.problem)])
  const findings = [
    parsed.problem === null ? ok('file', `${file.length} bytes, as they were written`) : failed('file', parsed.problem),
  ]
  const signed = readManifest(parsed.bundle.manifest)
  if (typeof signed === 'string') {
    const unchecked = parsed.bundle.parts.map(({ name }) =>
      failed(`part ${name}`, 'its hash is not known, because the manifest cannot be trusted'),
    )
    return verdict([...findings, failed('manifest', signed), ...unchecked])
  }
  const { manifest, spki } = signed
  const signer = sha256Hex(spki)
  findings.push(ok('manifest', `signed with ES256, ${manifest.parts.length} parts`), judgeSigner(spki, signer, trustedKeys))
  const compared = compareParts(parsed.bundle, manifest)
  findings.push(...compared.findings)
  const about = { enrollmentId: manifest.enrollmentId, madeAt: manifest.madeAt }
  if (!findings.some(({ outcome }) => outcome === 'failed')) findings.push(...checkContent(compared.parts, about))
  return { ...verdict(findings), about, signer }
}

const verdict = (findings: BundleFinding[]): BundleVerdict => ({
  ok: findings.every(({ outcome }) => outcome !== 'failed'),
  findings,
  about: null,
  signer: null,
})

function judgeSigner(spki: Bytes, signer: string, trusted: readonly Bytes[] | undefined): BundleFinding {
  if (trusted === undefined || trusted.length === 0)
    return { name: 'signer', outcome: 'note', said: `key SHA-256 ${signer}; compare it with the portal’s /pki/bundle-keys.pem` }
  return trusted.some((key) => Buffer.compare(key, spki) === 0)
    ? ok('signer', `the key that was given, SHA-256 ${signer}`)
    : failed('signer', `another key than the one that was given, SHA-256 ${signer}`)
}

/** The manifest and the key that signed it, or why there is none. */
function readManifest(text: string): { manifest: Manifest; spki: Bytes } | string {
  const jws = readCompact(text)
  if (jws.segments === null || jws.header === null) return `it is no JWS: ${jws.problem?.detail ?? 'no header'}`
  const { alg, typ, jwk, ...more } = jws.header
  if (alg !== 'ES256' || typ !== MANIFEST_TYPE || !isJsonObject(jwk) || Object.keys(more).length > 0)
    return 'its header is another than a bundle has'
  const parts = readJwk(jwk)
  if (isJwkProblem(parts) || parts.kty !== 'EC' || parts.crv !== 'P-256') return 'it carries no key for ES256'
  const spki = encodeSpki(parts)
  if (!isSigned(jws.segments, spki)) return 'its signature does not verify'
  const payload = decodeBase64Url(text.split('.')[1] ?? '')
  const result = manifestSchema.safeParse(payload === null ? undefined : parseJson(payload.toString('utf8')))
  return result.success ? { manifest: result.data, spki } : 'it is not of the documented form'
}

function isSigned(segments: { signingInput: Buffer; signature: Buffer }, spki: Bytes): boolean {
  try {
    return verifySegments(segments, 'ES256', publicKeyOf(spki))
  } catch {
    return false
  }
}

function compareParts(bundle: Bundle, manifest: Manifest): { findings: BundleFinding[]; parts: Map<string, Bytes> } {
  const parts = new Map<string, Bytes>()
  const findings = manifest.parts.map(({ name, size, sha256 }, index): BundleFinding => {
    const title = `part ${name}`
    const encoded = bundle.parts[index]
    if (encoded?.name !== name)
      return failed(title, encoded === undefined ? 'it is missing' : `${encoded.name} stands in its place`)
    const bytes = decodePart(encoded)
    if (bytes === null) return failed(title, 'its content is not well encoded')
    if (bytes.length !== size || sha256Hex(bytes) !== sha256) return failed(title, 'it is not what was signed')
    parts.set(name, bytes)
    return ok(title, `${size} bytes, SHA-256 ${sha256}`)
  })
  const extra = bundle.parts.slice(manifest.parts.length).map(({ name }) => failed(`part ${name}`, 'it was not signed'))
  return { findings: [...findings, ...extra], parts }
}
