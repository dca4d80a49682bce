import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { SUBJECT } from '#e2e/builders/answer.ts'
import { type BundleKey, makeBundle, makeBundleKey, makeContent } from '#e2e/builders/bundle.ts'
import { encodeName } from '../x509/name.ts'
import { blankOffers } from './blank.ts'

import type { BundleContent } from './content.ts'
import { parseBundle, serializeBundle } from './format.ts'
import { type BundleVerdict, verifyBundle } from './verify.ts'

let key: BundleKey
let good: BundleContent
let file: Buffer<ArrayBuffer>
beforeAll(() => {
  key = makeBundleKey()
  good = makeContent()
  file = makeBundle(good, key)
})

const failures = ({ findings }: BundleVerdict): string[] =>
  findings.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name)
const bent = (bend: (content: BundleContent) => void): string[] => {
  const content = structuredClone(good)
  bend(content)
  return failures(verifyBundle(makeBundle(content, key)))
}

describe('a bundle proves itself', () => {
  it('completed: every part and everything they say', () => {
    const verdict = verifyBundle(file, { trustedKeys: [key.spki] })
    expect(failures(verdict)).toEqual([])
    expect(verdict.ok).toBe(true)
    const names = verdict.findings.map(({ name }) => name)
    for (const name of [
      'manifest',
      'signer',
      'part callback-1.json',
      'part leaf-1.der',
      'binding',
      'evidence',
      'answer signature',
      'key signer',
      'request signer',
      'certificate signer',
      'delivery',
      'audit',
    ])
      expect(names).toContain(name)
  })

  it('several keys, and elliptic ones', () => {
    const keys = [
      { keyid: 'sign', usage: 'SIG', keyTypes: ['EC-P256'] },
      { keyid: 'auth', usage: 'AUT', keyTypes: ['EC-P384'] },
    ]
    const content = makeContent({}, { keys })
    expect(failures(verifyBundle(makeBundle(content, key)))).toEqual([])
    expect(content.certificates).toHaveLength(2)
  })

  it('refused: the evidence says why, and comes out again', () => {
    const refused = makeContent({ csrParts: (parts) => ({ ...parts, subject: encodeName([{ type: 'CN', value: 'Eve' }]) }) })
    const verdict = verifyBundle(makeBundle(refused, key))
    expect(failures(verdict)).toEqual([])
    expect(verdict.findings.find(({ name }) => name === 'evidence')?.said).toMatch(/^failed: all 25 checks/)
  })

  it.each(['not JSON', '{"provResponse":', '{}'])('an answer that is %s', (body) => {
    expect(failures(verifyBundle(makeBundle(makeContent({ body: () => body }), key)))).toEqual([])
  })

  it('without a given key it says whose key signed; with another one it fails', () => {
    const verdict = verifyBundle(file)
    expect(verdict.findings.find(({ name }) => name === 'signer')).toMatchObject({
      outcome: 'note',
      said: expect.stringContaining(verdict.signer ?? '?'),
    })
    expect(failures(verifyBundle(file, { trustedKeys: [makeBundleKey().spki] }))).toEqual(['signer'])
  })
})

describe('what was changed and signed again by somebody else’s rules', () => {
  const failing: [string, (content: BundleContent) => void, string][] = [
    [
      'a check that failed is said to have passed',
      (c) => void Object.assign(c.evidence?.checks[22] ?? {}, { outcome: 'warn' }),
      'evidence',
    ],
    [
      'the nonce of the command',
      (c) =>
        void Object.assign(c.commands[0] ?? {}, { requestBody: c.commands[0]?.requestBody.replace(/"nonce":"./, '"nonce":"f') }),
      'binding',
    ],
    [
      'another dummy request',
      (c) => void Object.assign(c.commands[0]?.dummies[0] ?? {}, { csr: Buffer.from('00', 'hex') }),
      'binding',
    ],
    ['another person', (c) => void Object.assign(c.enrollment.user, { userid: 'eve' }), 'binding'],
    [
      'the certificate of somebody else',
      (c) =>
        void Object.assign(c.certificates[0] ?? {}, {
          der: makeContent({}, { keys: [{ keyid: 'other', usage: 'SIG', keyTypes: ['RSA-2048'] }] }).certificates[0]?.der,
        }),
      'certificate signer',
    ],
    [
      'no anchor above the issuer',
      (c) => void Object.assign(c.certificates[0] ?? {}, { chain: c.certificates[0]?.chain.slice(1) }),
      'certificate signer',
    ],
    ['an audit entry', (c) => void Object.assign(c.audit[1] ?? {}, { actor_name: 'nobody' }), 'audit'],
    ['an audit entry in another order', (c) => void c.audit.reverse(), 'audit'],
    ['a completed enrolment without the phone’s word', (c) => void c.callbacks.pop(), 'delivery'],
    ['evidence taken away, certificate kept', (c) => void Object.assign(c, { evidence: null, judgedBy: null }), 'evidence'],
    [
      'a policy that never was',
      (c) => void Object.assign(c, { judgedBy: { policyVersion: null, record: { version: 1 } } }),
      'evidence',
    ],
  ]
  it.each(failing)('%s', (_what, bend, name) => expect(bent(bend)).toContain(name))

  it('the answer itself', () => {
    expect(
      bent(
        (c) =>
          void Object.assign(c.callbacks[0] ?? {}, {
            body: Buffer.from(
              Buffer.from(c.callbacks[0]?.body ?? [])
                .toString()
                .replace(/"data":"(.{3000})./, '"data":"$1A'),
            ),
          }),
      ),
    ).toContain('evidence')
  })

  it('a policy version that does not trust the key', () => {
    const empty = { fileKeySets: {}, keySets: {}, schPins: [] }
    const policyVersion = { number: 7, note: 'x', createdByName: 'x', createdAt: '', definition: empty }
    expect(bent((c) => void Object.assign(c.judgedBy ?? {}, { policyVersion }))).toEqual(['policy'])
  })

  it('the manifest is about another enrolment', () => {
    const moved = makeBundle(good, key, { enrollmentId: 'another', madeAt: '' })
    expect(failures(verifyBundle(moved))).toEqual(['enrolment'])
  })
})

describe('any octet flipped', () => {
  it('fails a named part, wherever it is, and never breaks the verifier', () => {
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const flipped = Buffer.from(file)
        flipped[at] = (flipped[at] as number) ^ mask
        const verdict = verifyBundle(flipped, { trustedKeys: [key.spki] })
        expect(verdict.ok).toBe(false)
        expect(failures(verdict).length).toBeGreaterThan(0)
      }),
      { numRuns: 1500 },
    )
  })

  it('in the content of a part: exactly that part', () => {
    const { bundle } = parseBundle(file)
    if (!bundle) throw new Error('no bundle')
    for (const [index, part] of bundle.parts.entries()) {
      const middle = Math.floor(part.content.length / 2)
      const swap = part.content[middle] === 'A' ? 'B' : 'A'
      const parts = bundle.parts.with(index, {
        ...part,
        content: part.content.slice(0, middle) + swap + part.content.slice(middle + 1),
      })
      expect(failures(verifyBundle(Buffer.from(serializeBundle({ ...bundle, parts }))))).toEqual([`part ${part.name}`])
    }
  })

  it('parts left out, added, doubled or in another order', () => {
    const { bundle } = parseBundle(file)
    if (!bundle) throw new Error('no bundle')
    const of = (parts: typeof bundle.parts) => failures(verifyBundle(Buffer.from(serializeBundle({ ...bundle, parts }))))
    expect(of(bundle.parts.slice(0, -1))).toEqual(['part audit.json'])
    expect(of([...bundle.parts, { name: 'more.json', encoding: 'text', content: '{}' }])).toEqual(['part more.json'])
    expect(of(bundle.parts.toReversed()).length).toBeGreaterThan(2)
  })

  it('whatever the file is, the verifier says no', () => {
    for (const text of ['', '{}', '[]', 'null', '{"format":"certdesk-evidence-bundle"}', '\ufeff{}'])
      expect(verifyBundle(Buffer.from(text)).ok).toBe(false)
    expect(failures(verifyBundle(Buffer.concat([file, Buffer.from(' ')])))).toEqual(['file'])
  })
})

describe('the offer is not in it', () => {
  it('its URI and token are blanked, octet for octet, also in broken messages', () => {
    const uri = 'com.nexusgroup.plugout:///?url=https%3A%2F%2Fx&token=s3cret'
    for (const text of [
      `{"uri" : "${uri}","a":"Åsa"}`,
      `{"destinations":[{"uri":"${uri}`,
      `x ${uri} y`,
      '{"uri":"https://x/?token=s3cret"}',
      'token=s3cret&a=1',
    ]) {
      const { bytes, octets } = blankOffers(Buffer.from(text))
      expect(bytes.length).toBe(Buffer.byteLength(text))
      expect(bytes.toString()).not.toMatch(/s3cret|plugout/)
      expect(octets).toBeGreaterThan(5)
    }
  })

  it('the original’s hash stands beside a message that was blanked, and the checks say the same of it', () => {
    const whole = file.toString()
    expect(whole).not.toContain('plugout')
    expect(whole).toContain(SUBJECT.toString('base64').slice(4, 40))
  })
})
