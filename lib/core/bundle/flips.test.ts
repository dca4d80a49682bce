/** Any octet of a bundle changed: the verdict is bad, and names exactly the part in which the octet lies. */
import { describe, expect, it } from 'vitest'
import { type BundleKey, makeBundle, makeBundleKey, makeContent, partNames } from '#e2e/builders/bundle.ts'
import { verifyBundle } from './verify.ts'

const options = { keys: [{ keyid: 'signer', usage: 'SIG', keyTypes: ['EC-P256'] }] }
let key: BundleKey | undefined

function bundleOf(content = makeContent({}, options)) {
  key ??= makeBundleKey()
  const file = makeBundle(content, key)
  return { file, names: partNames(file), trustedKeys: [key.spki] }
}

/** The places where another part failed than the one the octet lies in. Changes the file in place: there are many places. */
function findMisnamed({ file, names, trustedKeys }: ReturnType<typeof bundleOf>, places: Iterable<number>): string[] {
  const wrong: string[] = []
  for (const at of places) {
    const octet = file[at] as number
    file[at] = octet ^ (at % 2 ? 0x80 : 0x01)
    const { ok, findings } = verifyBundle(file, { trustedKeys })
    file[at] = octet
    const failed = findings.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name)
    if (ok || failed.join() !== names[at]) wrong.push(`octet ${at} of ${names[at]}: ${failed.join() || 'good'}`)
  }
  return wrong
}

describe('an octet of a bundle changed fails the part in which it lies, and no other', () => {
  it('every octet of a cancelled enrolment’s bundle, which is the smallest', () => {
    const none = { callbacks: [], certificates: [], evidence: null, judgedBy: null }
    const content = makeContent({ body: () => 'not JSON' }, options)
    const bundle = bundleOf({ ...content, ...none, enrollment: { ...content.enrollment, callbacks: 0 } })
    expect(verifyBundle(bundle.file, bundle).ok).toBe(true)
    expect(findMisnamed(bundle, bundle.file.keys())).toEqual([])
  }, 120_000)

  it('a completed enrolment’s bundle: every octet of what frames its parts, and each 13th of what is in them', () => {
    const bundle = bundleOf()
    const { file, names } = bundle
    for (const name of ['file', 'manifest', 'signature', 'part leaf-1.der', 'part audit.json']) expect(names).toContain(name)
    // Name, hash and encoding of a part have some 130 octets at the beginning of its line.
    const inContent = (at: number) => names[at] === names[at - 140] && names[at] === names[at + 3]
    const places = [...file.keys()].filter((at) => at % 13 === 0 || !inContent(at))
    expect(places.length).toBeGreaterThan(4000)
    expect(findMisnamed(bundle, places)).toEqual([])
  }, 120_000)

  it('all eight bits where lines begin and end', () => {
    const bundle = bundleOf()
    const { file, names, trustedKeys } = bundle
    for (const at of file.keys())
      if (names[at] === 'file' && at > 100)
        for (let bit = 1; bit < 256; bit <<= 1) {
          const flipped = Buffer.from(file)
          flipped[at] = (flipped[at] as number) ^ bit
          const { findings } = verifyBundle(flipped, { trustedKeys })
          expect(findings.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name)).toEqual(['file'])
        }
  })
})
