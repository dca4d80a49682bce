/**
 * Verifies a bundle by its own octets: the signature over the manifest, the hash of every part, and then that the parts say one thing:
 * the phone's signatures, the requests, the certificates and their chain, the binding to the command, the audit entries, and that the
 * checks, run again on the stored octets, come to the stored evidence.
 *
 * Trusts nothing but the caller's key, if one is given; else it says whose key signed, and leaves to the reader whether that is the
 * portal's. What the parts say is only looked at when every part is as it was signed: a changed part fails by its name, the manifest and the
 * signature being parts too. A part that nothing proves, because the manifest or the signature is bad, is a note. Pure and synchronous; the same code runs on the command line (Node's crypto) and in the browser (lib/verifier: WebCrypto). Never throws.
 */

import type { Bytes } from '../asn1/der.ts'
import { decodeBase64Url } from '../jws/base64.ts'
import { readCompact, verifySegments } from '../jws/compact.ts'
import { isJsonObject } from '../jws/json.ts'
import { encodeSpki, isJwkProblem, publicKeyOf, readJwk } from '../x509/spki.ts'
import { checkContent } from './check-content.ts'
import { type BundleFinding, failed, note, ok } from './findings.ts'
import {
  type Line,
  MANIFEST,
  MANIFEST_TYPE,
  type Manifest,
  manifestSchema,
  parseJson,
  readLine,
  SIGNATURE,
  sha256Hex,
} from './format.ts'
import { findLines } from './frame.ts'
import { type BundleVerdict, SIGNER } from './verdict.ts'

export interface VerifyOptions {
  /** SubjectPublicKeyInfo of the keys a bundle may be signed with, as /pki/bundle-keys.pem has them. None: any, and it is said which. */
  trustedKeys?: readonly Bytes[]
}

export function verifyBundle(file: Uint8Array, { trustedKeys }: VerifyOptions = {}): BundleVerdict {
  const { lines, problem } = findLines(file)
  const frame = problem === null ? ok('file', `${file.length} bytes, framed as they were written`) : failed('file', problem)
  if (lines.length === 0) return verdict([frame])
  const [first, second, ...rest] = lines.map(readLine)
  const { manifest, spki, findings: signed } = readManifest(first, second)
  const findings = [frame, ...signed]
  if (manifest === null || spki === null) return verdict([...findings, ...rest.map(judgeUnproved)])
  const signer = sha256Hex(spki)
  findings.push(judgeSigner(spki, signer, trustedKeys))
  const compared = compareParts(rest, manifest)
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
    return note(SIGNER, `key SHA-256 ${signer}; compare it with the portal’s /pki/bundle-keys.pem`)
  return trusted.some((key) => Buffer.compare(key, spki) === 0)
    ? ok(SIGNER, `the key that was given, SHA-256 ${signer}`)
    : failed(SIGNER, `another key than the one that was given, SHA-256 ${signer}`)
}

type ReadManifest = { findings: BundleFinding[] } & ({ manifest: Manifest; spki: Bytes } | { manifest: null; spki: null })

/** The manifest and the key that signed it, if its signature is good. */
function readManifest(manifestLine: Line | undefined, signatureLine: Line | undefined): ReadManifest {
  const [payload, signature] = [readNamed(manifestLine, MANIFEST), readNamed(signatureLine, SIGNATURE)]
  const unproved = (...findings: BundleFinding[]): ReadManifest => ({ findings, manifest: null, spki: null })
  if (payload.text === null)
    return unproved(
      failed(MANIFEST, payload.problem),
      signature.text === null ? failed(SIGNATURE, signature.problem) : note(SIGNATURE, 'there is no manifest to verify it over'),
    )
  if (signature.text === null)
    return unproved(note(MANIFEST, 'undamaged, but nothing proves it'), failed(SIGNATURE, signature.problem))
  const read = openManifest(`${payload.text}.${signature.text}`)
  if (typeof read === 'string') return unproved(failed(MANIFEST, read), note(SIGNATURE, 'it was not verified'))
  if (!isSigned(read.segments, read.spki))
    return unproved(note(MANIFEST, 'undamaged, but nothing proves it'), failed(SIGNATURE, 'it does not verify over the manifest'))
  const { manifest, spki } = read
  return { findings: [ok(MANIFEST, `${manifest.parts.length} parts`), ok(SIGNATURE, 'ES256 over the manifest')], manifest, spki }
}

function readNamed(line: Line | undefined, name: string): { text: string } | { text: null; problem: string } {
  if (line === undefined) return { text: null, problem: 'it is missing' }
  if (line.problem !== null) return { text: null, problem: line.problem }
  if (line.name !== name) return { text: null, problem: `${line.name} stands in its place` }
  return { text: Buffer.from(line.part.bytes).toString('utf8') }
}

/** The manifest and the key that it names, or why there is none. */
function openManifest(compact: string) {
  const jws = readCompact(compact)
  if (jws.segments === null || jws.header === null) return `it is no JWS: ${jws.problem?.detail ?? 'no header'}`
  const { alg, typ, jwk, ...more } = jws.header
  if (alg !== 'ES256' || typ !== MANIFEST_TYPE || !isJsonObject(jwk) || Object.keys(more).length > 0)
    return 'its header is another than a bundle has'
  const parts = readJwk(jwk)
  if (isJwkProblem(parts) || parts.kty !== 'EC' || parts.crv !== 'P-256') return 'it carries no key for ES256'
  const payload = decodeBase64Url(compact.split('.')[1] ?? '')
  const { data } = manifestSchema.safeParse(payload === null ? undefined : parseJson(payload.toString('utf8')))
  return data === undefined
    ? 'it is not of the documented form'
    : { manifest: data, spki: encodeSpki(parts), segments: jws.segments }
}

function isSigned(segments: { signingInput: Buffer; signature: Buffer }, spki: Bytes): boolean {
  try {
    return verifySegments(segments, 'ES256', publicKeyOf(spki))
  } catch {
    return false
  }
}

/** Without a manifest a line can only be held against its own hash. */
function judgeUnproved(line: Line, index: number): BundleFinding {
  const title = `part ${line.name ?? `of line ${index + 4}`}`
  return line.problem === null
    ? note(title, `undamaged, SHA-256 ${line.sha256}, but without the signed manifest nothing proves it`)
    : failed(title, line.problem)
}

function compareParts(lines: readonly Line[], manifest: Manifest): { findings: BundleFinding[]; parts: Map<string, Bytes> } {
  const parts = new Map<string, Bytes>()
  const findings = manifest.parts.map(({ name, size, sha256 }, index): BundleFinding => {
    const title = `part ${name}`
    const line = lines[index]
    if (line === undefined) return failed(title, 'it is missing')
    if (line.problem !== null) return failed(title, line.problem)
    if (line.name !== name) return failed(title, `${line.name} stands in its place`)
    const { bytes } = line.part
    if (bytes.length !== size || line.sha256 !== sha256) return failed(title, 'it is not what was signed')
    parts.set(name, bytes)
    return ok(title, `${size} bytes, SHA-256 ${sha256}`)
  })
  const extra = lines
    .slice(manifest.parts.length)
    .map(({ name }) => failed(`part ${name ?? 'without a name'}`, 'it was not signed'))
  return { findings: [...findings, ...extra], parts }
}
