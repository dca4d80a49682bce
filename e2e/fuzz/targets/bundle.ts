/** Evidence bundles as a verifier gets them: nothing but the very file verifies, unless the portal's own key signed the change. */
import { sign } from 'node:crypto'
import { signBundle } from '#lib/core/bundle/build.ts'
import { type EncodedPart, encodePart, MANIFEST, type Part, readLine, SIGNATURE, textPart } from '#lib/core/bundle/format.ts'
import { findLines, serializeBundle } from '#lib/core/bundle/frame.ts'
import type { BundleVerdict } from '#lib/core/bundle/verdict.ts'
import { verifyBundle } from '#lib/core/bundle/verify.ts'
import { spkiOf } from '../../builders/answer.ts'
import { ENROLLMENT_ID, makeBundle, makeContent, partNames } from '../../builders/bundle.ts'
import type { Choices } from '../choices.ts'
import { fixedEc } from '../keys.ts'
import { mutateBytes } from '../mutate-bytes.ts'
import { derTreeOf, mutateDer } from '../mutate-der.ts'
import { mutateJson } from '../mutate-json.ts'
import { mutateCompact } from '../mutate-jws.ts'
import { refused, same, target, varies, wrong } from '../target.ts'

const keyOf = (word: string) => ({
  spki: spkiOf(fixedEc(word).publicKey),
  sign: (input: Uint8Array) => sign('sha256', input, { key: fixedEc(word).privateKey, dsaEncoding: 'ieee-p1363' }),
})
const portal = keyOf('portal')
const file = makeBundle(makeContent({}, { keys: [{ keyid: 'signer', usage: 'SIG', keyTypes: ['EC-P256'] }] }), portal)
const bundle = JSON.parse(file.toString('utf8')) as { parts: EncodedPart[] }
const [manifest, signature, ...parts] = findLines(file).lines.map((bytes) => {
  const line = readLine(bytes)
  if (line.problem !== null) throw new Error(`${line.name}: ${line.problem}`)
  return line.part
}) as [Part, Part, ...Part[]]
const compact = [manifest, signature].map(({ bytes }) => Buffer.from(bytes).toString('latin1')).join('.')

const names = partNames(file)

/** Null unless exactly one octet of the file was changed. */
function partChanged(bytes: Uint8Array): string | null {
  if (bytes.length !== file.length) return null
  const first = file.findIndex((octet, at) => octet !== bytes[at])
  return first !== -1 && file.subarray(first + 1).equals(bytes.subarray(first + 1)) ? (names[first] ?? null) : null
}

/** The file with another JWS in it; each line says of itself that it is undamaged, as a forger's would. */
function reframe(jws: string): Buffer<ArrayBuffer> {
  const end = jws.lastIndexOf('.')
  const signed = [textPart(MANIFEST, jws.slice(0, end)), textPart(SIGNATURE, jws.slice(end + 1))]
  return Buffer.from(serializeBundle([...signed.map(encodePart), ...bundle.parts.slice(2)]))
}

function mutatePart({ name, bytes }: Part, choices: Choices) {
  const original = Buffer.from(bytes)
  if (choices.onceIn(4)) return mutateBytes(original, choices)
  return name.endsWith('.der')
    ? mutateDer(derTreeOf(original), choices)
    : mutateJson(JSON.parse(original.toString('utf8')), choices)
}

export default target<BundleVerdict>({
  name: 'bundle',
  what: 'evidence bundles',
  share: 0.5,
  mutate: (choices) => {
    const at = choices.below(parts.length)
    const part = parts[at] as Part
    switch (choices.below(4)) {
      case 0: {
        const { value, how } = choices.onceIn(2) ? mutateBytes(Buffer.from(file), choices) : mutateJson(bundle, choices)
        return { bytes: value, original: 'completed', signedBy: null, how: `file: ${how}` }
      }
      case 1: {
        const { value, how } = mutateCompact(compact, compact, choices)
        return { bytes: reframe(value), original: 'completed', signedBy: null, how: `manifest: ${how}` }
      }
      default: {
        const { value, how } = mutatePart(part, choices)
        const changed = parts.map((one, i) => (i === at ? { ...part, bytes: value } : one))
        // By the portal, or by a stranger who hopes that nobody looks whose key it is.
        const signer = choices.onceIn(3) ? 'stranger' : 'portal'
        const text = signBundle(
          changed,
          { enrollmentId: ENROLLMENT_ID, madeAt: '2026-03-01T12:00:00.000Z' },
          keyOf(signer).spki,
          keyOf(signer).sign,
        )
        return {
          bytes: Buffer.from(text),
          original: 'completed',
          signedBy: signer === 'portal' ? 'ca' : null,
          how: `${part.name}, signed by the ${signer}: ${how}`,
        }
      }
    }
  },
  read: ({ bytes }) => verifyBundle(bytes, { trustedKeys: [portal.spki] }),
  judge: (mutant, verdict) => {
    const failed = verdict.findings.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name)
    const [bad] = failed
    if (verdict.ok !== (bad === undefined)) return wrong('verdict and findings differ')
    const changed = partChanged(mutant.bytes)
    if (changed !== null && failed.join() !== changed) return wrong(`an octet of ${changed} fails ${failed.join()}`)
    if (bad !== undefined) return refused(bad.replace(/^(part|certificate|key|request) .*/, '$1'))
    if (mutant.bytes.equals(file)) return same
    return mutant.signedBy === null ? wrong('verifies and was never signed') : varies('another content that the portal signed')
  },
})
