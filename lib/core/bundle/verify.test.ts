import { beforeAll, describe, expect, it } from 'vitest'
import { SUBJECT } from '#e2e/builders/answer.ts'
import { type BundleKey, makeBundle, makeBundleKey, makeContent } from '#e2e/builders/bundle.ts'
import { MAX_SIGNED_KEYS } from '../enrollment/checks/read-answer.ts'
import { encodeName } from '../x509/name.ts'
import { blankOffers } from './blank.ts'
import { type BundleContent, MAX_CALLBACKS, MAX_COMMANDS } from './content.ts'
import { type EncodedPart, MAX_BUNDLE_BYTES } from './format.ts'
import { serializeBundle } from './frame.ts'
import type { BundleVerdict } from './verdict.ts'
import { verifyBundle } from './verify.ts'

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

  it.each(['confirming', 'rejected', 'issuing', 'failed'])(
    'an answer that passed, of an enrolment that is %s: no certificate is asked for',
    (state) => {
      const content = structuredClone(good)
      Object.assign(content.enrollment, { state })
      Object.assign(content, {
        certificates: [],
        commands: content.commands.slice(0, 1),
        callbacks: content.callbacks.slice(0, 1),
      })
      expect(failures(verifyBundle(makeBundle(content, key)))).toEqual([])
    },
  )

  it('as many commands, keys and messages as a bundle takes', () => {
    const content = structuredClone(good)
    const [command] = content.commands
    const [callback] = content.callbacks
    if (!command || !callback) throw new Error('no command')
    const [dummy] = command.dummies
    const earlier = Array.from({ length: MAX_COMMANDS - content.commands.length }, (_, n) => ({
      ...command,
      name: `provision-${n + 2}`,
      replyBody: '{}',
      dummies: Array.from({ length: MAX_SIGNED_KEYS }, (_key, k) => ({ keyid: `k${k}`, csr: dummy?.csr ?? Buffer.alloc(0) })),
    }))
    content.commands.push(...earlier)
    const filler = Buffer.concat([Buffer.alloc(60_000, 'x'), Buffer.of(0xff)])
    const late = { ...callback, judged: false, body: filler }
    content.callbacks.push(...Array.from({ length: MAX_CALLBACKS - content.callbacks.length }, () => late))
    const large = makeBundle(content, key)
    expect(large.length).toBeLessThan(MAX_BUNDLE_BYTES)
    expect(failures(verifyBundle(large))).toEqual([])
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

describe('another file than was written', () => {
  it('parts left out, added, doubled or in another order', () => {
    const [manifest, signature, ...parts] = (
      JSON.parse(file.toString()) as { parts: [EncodedPart, EncodedPart, ...EncodedPart[]] }
    ).parts
    const reframed = (all: EncodedPart[]) => failures(verifyBundle(Buffer.from(serializeBundle(all))))
    const of = (some: EncodedPart[]) => reframed([manifest, signature, ...some])
    expect(of(parts)).toEqual([])
    expect(of(parts.slice(0, -1))).toEqual(['part audit.json'])
    expect(of([...parts, { ...(parts[0] as EncodedPart), name: 'more.json' }])).toEqual(['part more.json'])
    expect(of(parts.toReversed()).length).toBeGreaterThan(2)
    expect(reframed([signature, manifest, ...parts])).toEqual(['manifest', 'signature'])
    expect(reframed([manifest])).toEqual(['signature'])
  })

  it('a manifest or signature that was changed with the hash beside it', () => {
    const other = JSON.parse(makeBundle(good, makeBundleKey()).toString()).parts as EncodedPart[]
    const parts = JSON.parse(file.toString()).parts as EncodedPart[]
    const failing = (at: number) => failures(verifyBundle(Buffer.from(serializeBundle(parts.with(at, other[at] as EncodedPart)))))
    expect(failing(0)).toEqual(['signature'])
    expect(failing(1)).toEqual(['signature'])
  })

  it('octets put in or taken out: the file and the part', () => {
    const at = file.indexOf('"name":"audit.json"') + 200
    const [before, after] = [file.subarray(0, at), file.subarray(at)]
    expect(failures(verifyBundle(Buffer.concat([before, Buffer.from('x'), after])))).toEqual(['file', 'part audit.json'])
    expect(failures(verifyBundle(Buffer.concat([before, after.subarray(2)])))).toEqual(['file', 'part audit.json'])
    expect(failures(verifyBundle(file.subarray(0, -1000))).slice(0, 2)).toEqual(['file', expect.stringMatching(/^part /)])
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
      '{"location":"https:\\/\\/x?a=1\\u0026token=s3cret\\u0026b"}',
      '{"offer":"com.nexusgroup.plugout:\\/\\/\\/?url=x\\u0026token\\u003ds3cret"}',
      'https://x/?next=com.nexusgroup.plugout%3A%2F%2F%2F%3Furl%3Dx%26token%3Ds3cret',
    ]) {
      const { bytes, octets } = blankOffers(Buffer.from(text))
      expect(bytes.length).toBe(Buffer.byteLength(text))
      expect(bytes.toString()).not.toMatch(/s3cret|plugout/)
      expect(octets).toBeGreaterThan(5)
    }
  })

  it('a token that the messaging server gave us is in no part, whatever it stands in', () => {
    const token = '3f0c2a51-9f5e-4a53-9b6f-5d0e9a4c7b21'
    const content = structuredClone(good)
    const [command] = content.commands
    Object.assign(command ?? {}, {
      replyBody: JSON.stringify({ destinations: [{ uri: `com.nexusgroup.plugout:///?url=x&token=${token}` }] }),
    })
    Object.assign(content.callbacks.at(-1) ?? {}, {
      body: Buffer.from(
        JSON.stringify({
          ...JSON.parse(Buffer.from(content.callbacks.at(-1)?.body ?? []).toString()),
          location: `https://x/${token}/1`,
        }),
      ),
    })
    Object.assign(content.enrollment, { failureDetail: `nobody took ${token}` })
    const made = makeBundle(content, key)
    expect(made.toString()).not.toContain(token)
    expect(failures(verifyBundle(made))).toEqual([])
  })

  it('the original’s hash stands beside a message that was blanked, and the checks say the same of it', () => {
    const whole = file.toString()
    expect(whole).not.toContain('plugout')
    expect(whole).toContain(SUBJECT.toString('base64').slice(4, 40))
  })
})
