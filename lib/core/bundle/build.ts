/** Makes the parts of a bundle, and the signed file. Pure: the signature is made by whoever holds the key. */

import type { Bytes } from '../asn1/der.ts'
import { encodeJwk, readSpki } from '../x509/spki.ts'
import { blankOffers, findTokens } from './blank.ts'
import type { BundleContent, CallbackFacts, CertificateFacts, CommandFacts, EvidenceFacts } from './content.ts'
import {
  BUNDLE_FORMAT,
  BUNDLE_VERSION,
  describeParts,
  encodePart,
  MANIFEST,
  MANIFEST_TYPE,
  type Manifest,
  type Part,
  SIGNATURE,
  sha256Hex,
  textPart,
} from './format.ts'
import { serializeBundle } from './frame.ts'

const bytesOf = (bytes: Uint8Array): Bytes => Buffer.from(bytes)
/** Makes parts of text, without the offers. */
type Writer = (name: string, content: string) => Part
const writerWithout =
  (tokens: readonly string[]): Writer =>
  (name, content) => ({ name, bytes: blankOffers(Buffer.from(content, 'utf8'), tokens).bytes })

export function buildParts(content: BundleContent): Part[] {
  const tokens = content.commands.flatMap(({ replyBody }) => findTokens(replyBody ?? ''))
  const text = writerWithout(tokens)
  const facts = (name: string, value: unknown): Part => text(name, `${JSON.stringify(value, null, 1)}\n`)
  const commands = content.commands.map((command) => commandParts(command, text))
  const callbacks = content.callbacks.map((callback, index) => callbackParts(callback, index, tokens))
  const chains = chainParts(content)
  const certificates = content.certificates.map((certificate, index) => certificateParts(certificate, index, chains.names))
  const judged = content.callbacks.findIndex((callback) => callback.judged)
  return [
    facts('enrollment.json', content.enrollment),
    facts('profile.json', content.profile),
    facts(
      'commands.json',
      commands.map((one) => one.facts),
    ),
    facts(
      'callbacks.json',
      callbacks.map((one) => one.facts),
    ),
    ...(content.evidence && callbacks[judged]
      ? [facts('evidence.json', evidenceFacts(content.evidence, callbacks[judged].facts))]
      : []),
    ...(content.judgedBy ? [facts('judged-by.json', content.judgedBy)] : []),
    facts(
      'certificates.json',
      certificates.map((one) => one.facts),
    ),
    ...commands.flatMap((one) => one.parts),
    ...callbacks.map((one) => one.part),
    ...certificates.flatMap((one) => one.parts),
    ...chains.parts,
    facts('audit.json', content.audit),
  ]
}

function commandParts({ requestBody, replyBody, dummies, ...command }: BundleContent['commands'][number], text: Writer) {
  const { name } = command
  const [request, reply] = [`${name}.request.json`, `${name}.reply.json`]
  const named = dummies.map(({ keyid, csr }, index) => ({ keyid, csr, part: `${name}.dummy-${index + 1}.der` }))
  const described: CommandFacts = {
    ...command,
    request,
    reply: replyBody === null ? null : reply,
    dummies: named.map(({ keyid, part }) => ({ keyid, part })),
  }
  const parts = [
    text(request, requestBody),
    ...(replyBody === null ? [] : [text(reply, replyBody)]),
    ...named.map(({ part, csr }): Part => ({ name: part, bytes: bytesOf(csr) })),
  ]
  return { facts: described, parts }
}

function callbackParts(
  { body, judged: _judged, ...callback }: BundleContent['callbacks'][number],
  index: number,
  tokens: readonly string[],
) {
  const name = `callback-${index + 1}.json`
  const { bytes, octets } = blankOffers(body, tokens)
  const described: CallbackFacts = { part: name, ...callback, sha256: sha256Hex(body), blanked: octets }
  return { facts: described, part: { name, bytes } satisfies Part }
}

const evidenceFacts = (
  { verdict, judgedAt, checks }: NonNullable<BundleContent['evidence']>,
  callback: CallbackFacts,
): EvidenceFacts => ({ verdict, judgedAt, callback: callback.part, command: callback.command, checks })

/** Each chain once, however many certificates it stands above. */
function chainParts({ certificates }: BundleContent): { parts: Part[]; names: Map<string, string[]> } {
  const names = new Map<string, string[]>()
  const parts: Part[] = []
  for (const { chain } of certificates) {
    const key = chainKey(chain)
    if (names.has(key)) continue
    const prefix = `chain-${names.size + 1}`
    names.set(
      key,
      chain.map((_der, index) => `${prefix}-${index + 1}.der`),
    )
    parts.push(...chain.map((der, index): Part => ({ name: `${prefix}-${index + 1}.der`, bytes: bytesOf(der) })))
  }
  return { parts, names }
}

const chainKey = (chain: readonly Uint8Array[]): string => chain.map(sha256Hex).join()

function certificateParts(
  { der, chain, ...certificate }: BundleContent['certificates'][number],
  index: number,
  chains: ReadonlyMap<string, string[]>,
) {
  const name = `leaf-${index + 1}.der`
  const described: CertificateFacts = {
    ...certificate,
    part: der === null ? null : name,
    chain: chains.get(chainKey(chain)) ?? [],
  }
  return { facts: described, parts: der === null ? [] : [{ name, bytes: bytesOf(der) } satisfies Part] }
}

/** Signs with ES256: R‖S over the signing input (RFC 7518 3.4). */
export type SignManifest = (signingInput: Buffer<ArrayBuffer>) => Uint8Array

/** @param spki of the EC P-256 key that `sign` signs with */
export function signBundle(
  parts: readonly Part[],
  about: { enrollmentId: string; madeAt: string },
  spki: Bytes,
  sign: SignManifest,
): string {
  const manifest: Manifest = { format: BUNDLE_FORMAT, version: BUNDLE_VERSION, ...about, parts: describeParts(parts) }
  const header = { alg: 'ES256', typ: MANIFEST_TYPE, jwk: encodeJwk(readSpki(spki)) }
  const segment = (value: unknown): string => Buffer.from(JSON.stringify(value), 'utf8').toString('base64url')
  const input = `${segment(header)}.${segment(manifest)}`
  const signature = Buffer.from(sign(Buffer.from(input, 'latin1'))).toString('base64url')
  return serializeBundle([textPart(MANIFEST, input), textPart(SIGNATURE, signature), ...parts].map(encodePart))
}
