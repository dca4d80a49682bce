/**
 * The portal's checks against the phone: a good answer passes them, and each fault that says "rejected" is rejected for what it bends.
 * Two programs that share no code meet here: bytes go over HTTP from the phone through the simulator to the checks.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { checkAnswer } from '#lib/core/enrollment/checks/index.ts'
import { parseAttestationKeys } from '#lib/core/jws/attestation-keys.ts'
import {
  dummyRequest,
  provisionCommand,
  SUBJECT,
  startTestPortal,
  type TestPortal,
  TWO_KEYS,
  type WantedKey,
} from '../test-portal.ts'
import { fromBase64 } from './bytes.ts'
import { readCertificateRequest } from './certificate-request.ts'
import { type BentKeys, PHONE_FAULTS, type PhoneFaultName } from './faults.ts'
import { ALL_KEY_KINDS, type KeyKind } from './keys.ts'
import { openOffer, prepareAnswer } from './phone.ts'

// Keys are made for every answer, on whatever machine this is.
vi.setConfig({ testTimeout: 30_000 })

let portal: TestPortal
beforeAll(async () => {
  portal = await startTestPortal()
})
afterAll(() => portal.stop())

const ONE_KEY: readonly WantedKey[] = [{ keyid: 'signer', usage: 'SIG', kinds: ['RSA-2048'] }]

/** What the portal says to an answer with that fault. */
async function judge(
  fault: PhoneFaultName | null,
  { keys = ONE_KEY, bentKeys, supported }: { keys?: readonly WantedKey[]; bentKeys?: BentKeys; supported?: KeyKind[] } = {},
) {
  const command = await provisionCommand({ keys })
  const { body: reply } = await portal.command('provision', command)
  const offer = await openOffer(reply.destinations[0].uri)
  const device = { operatingsystem: 'iOS (18.1)', name: 'Åsa’s iPhone', model: 'iPhone' }
  await (await prepareAnswer(offer, { device, extractable: false, fault, bentKeys, supported })).post()
  const { text } = await portal.nextCallback()
  const { spki } = readCertificateRequest(fromBase64(await dummyRequest))
  const keySets = parseAttestationKeys(readFileSync(join(portal.dataDir, 'simulator', 'attestation-keys.json'), 'utf8'))
  const { nonce, userid, profile } = command.provCommand
  return checkAnswer({
    body: Buffer.from(text),
    expectation: {
      hermodCommandId: reply.commandId,
      externalId: 'order-42',
      mid: reply.destinations[0].mid,
      nonce,
      userid,
      servername: profile.servername,
      profileName: profile.name,
      keys: keys.map(({ keyid, usage, kinds }) => ({
        keyid,
        usage,
        keyTypes: kinds,
        dummySpkiSha256: createHash('sha256').update(spki).digest('hex'),
        subjectDer: SUBJECT,
      })),
      live: true,
      expiresAt: new Date(Date.now() + 300_000),
    },
    policy: { trustedKeys: keySets.ATTESTATION ?? [], acceptedHosts: ['127.0.0.1'] },
    facts: { authenticated: true, receivedAt: new Date(), user: { active: true, subjectDer: SUBJECT }, knownKeys: new Map() },
  })
}

const failures = ({ checks }: Awaited<ReturnType<typeof judge>>) =>
  checks.filter(({ outcome }) => outcome === 'fail').map(({ code }) => code)

test('a good answer passes every check', async () => {
  const { verdict, checks, read } = await judge(null)
  expect(checks.filter(({ outcome }) => outcome === 'fail' || outcome === 'skipped')).toEqual([])
  expect(verdict).toBe('passed')
  expect(read.device).toEqual({ operatingsystem: 'iOS (18.1)', name: 'Åsa’s iPhone', model: 'iPhone' })
})

const CODES = {
  'wrong-nonce': 'nonce',
  'inner-nonce': 'nonce',
  'wrong-attestation-key': 'attestation_key',
  'forged-signature': 'jws_sig',
  'alg-none': 'jws_alg',
  'subject-changed': 'csr_subject',
  'dummy-key-kept': 'csr_key',
  'csr-other-key': 'csr_key',
  'csr-bad-signature': 'csr_sig',
  'csr-asks-ca': 'csr_ext',
  'csr-trailing-bytes': 'der',
  'key-1024': 'weak_key',
  'exponent-3': 'weak_key',
  'key-kind-not-asked': 'key_type',
  'private-key-leaked': 'private_key_leaked',
  'no-possession': 'inner_sig',
  'second-by-first': 'inner_sig',
  'same-key-twice': 'key_reuse',
  'signature-der': 'inner_sig',
  'extra-key': 'keyid',
  'missing-key': 'keyid',
  'wrong-userid': 'userid',
  'wrong-profile': 'profile',
  'wrong-fqdn': 'fqdn',
  'box-elsewhere': 'fqdn',
} as const satisfies Partial<Record<PhoneFaultName, string>>

test('every fault that must be rejected is judged here', () => {
  const rejected = Object.entries(PHONE_FAULTS).filter(([, { ends }]) => ends === 'rejected')
  expect(Object.keys(CODES).toSorted()).toEqual(rejected.map(([name]) => name).toSorted())
})

const NEEDS = Object.entries(PHONE_FAULTS).filter((entry) => 'needs' in entry[1])
const needs = (fault: PhoneFaultName): boolean => NEEDS.some(([name]) => name === fault)

test.each(Object.entries(CODES).filter(([fault]) => !needs(fault as PhoneFaultName)) as [PhoneFaultName, string][])(
  '%s is rejected with %s',
  async (fault, code) => {
    const judged = await judge(fault)
    expect(judged.verdict).toBe('failed')
    expect(failures(judged)).toContain(code)
  },
)

describe.each(['last', 'every'] as const)('of two keys, EC first, the fault on %s', (bentKeys) => {
  test.each(Object.entries(CODES) as [PhoneFaultName, string][])('%s is rejected with %s', async (fault, code) => {
    const judged = await judge(fault, { keys: TWO_KEYS, bentKeys })
    expect(judged.verdict).toBe('failed')
    expect(failures(judged)).toContain(code)
  })
})

test.each(ALL_KEY_KINDS)('a key of kind %s passes every check, and one of every other kind does not', async (kind) => {
  const keys = [{ keyid: 'signer', usage: 'SIG', kinds: [kind] }]
  const good = await judge(null, { keys })
  expect(good.verdict).toBe('passed')
  expect(good.checks.find(({ id }) => id === 'C18')?.observed).toContain(kind.replace('EC-P', 'EC P-'))
  expect(failures(await judge('key-kind-not-asked', { keys }))).toContain('key_type')
})

test('the first kind that the phone can make is made, in the order of the portal', async () => {
  const kinds = ['EC-P384', 'RSA-3072', 'EC-P256', 'RSA-2048'] as const
  const keys = [{ keyid: 'signer', usage: 'SIG', kinds }]
  const made = async (supported: KeyKind[]) => {
    const { verdict, checks } = await judge(null, { keys, supported })
    expect(verdict).toBe('passed')
    return checks.find(({ id }) => id === 'C18')?.observed
  }
  expect(await made(['RSA-2048', 'EC-P256', 'RSA-3072', 'EC-P384'])).toContain('EC P-384')
  expect(await made(['RSA-2048', 'EC-P256'])).toContain('EC P-256')
  expect(await made(['RSA-4096', 'RSA-2048'])).toContain('RSA-2048')
})

test('two keys of two kinds pass every check, in either order', async () => {
  for (const fault of [null, 'keys-reversed'] as const) {
    const judged = await judge(fault, { keys: TWO_KEYS })
    expect(failures(judged)).toEqual([])
    expect(judged.read.keys.map(({ keyid }) => keyid).toSorted()).toEqual(['auth', 'signer'])
    expect(new Set(judged.read.keys.map(({ spkiSha256 }) => spkiSha256)).size).toBe(2)
  }
})

test('no kind is left to make unasked where all are asked for', async () => {
  const judged = judge('key-kind-not-asked', { keys: [{ keyid: 'signer', usage: 'SIG', kinds: ALL_KEY_KINDS }] })
  await expect(judged).rejects.toMatchObject({ code: 'fault_needs_unasked_kind' })
})

test.each(NEEDS.map(([name]) => name as PhoneFaultName))(
  '%s is not answered where it would bend nothing: no fault is sent as a good answer',
  async (fault) => {
    await expect(judge(fault)).rejects.toMatchObject({ code: expect.stringMatching(/^fault_needs_/) })
  },
)
