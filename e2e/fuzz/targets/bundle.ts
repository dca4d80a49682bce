/** Evidence bundles as a verifier gets them: nothing but the very file verifies, unless the portal's own key signed the change. */
import { sign } from 'node:crypto'
import { signBundle } from '#lib/core/bundle/build.ts'
import { type Bundle, decodePart, type Part, parseBundle, serializeBundle } from '#lib/core/bundle/format.ts'
import { type BundleVerdict, verifyBundle } from '#lib/core/bundle/verify.ts'
import { spkiOf } from '../../builders/answer.ts'
import { ENROLLMENT_ID, makeBundle, makeContent } from '../../builders/bundle.ts'
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
const { bundle } = parseBundle(file) as { bundle: Bundle }
const parts = bundle.parts.map((part): Part => ({ name: part.name, bytes: decodePart(part) as Buffer<ArrayBuffer> }))

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
        const { value, how } = mutateCompact(bundle.manifest, bundle.manifest, choices)
        return {
          bytes: Buffer.from(serializeBundle({ ...bundle, manifest: value })),
          original: 'completed',
          signedBy: null,
          how: `manifest: ${how}`,
        }
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
    const bad = verdict.findings.find(({ outcome }) => outcome === 'failed')
    if (verdict.ok !== (bad === undefined)) return wrong('verdict and findings differ')
    if (bad !== undefined) return refused(bad.name.replace(/^(part|certificate|key|request) .*/, '$1'))
    if (mutant.bytes.equals(file)) return same
    return mutant.signedBy === null ? wrong('verifies and was never signed') : varies('another content that the portal signed')
  },
})
