/**
 * The portal's checks against the phone: a good answer passes them, and each fault that says "rejected" is rejected for what it bends.
 * Two programs that share no code meet here: bytes go over HTTP from the phone through the simulator to the checks.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { checkAnswer } from '#lib/core/enrollment/checks/index.ts'
import { parseAttestationKeys } from '#lib/core/jws/attestation-keys.ts'
import { dummyRequest, provisionCommand, SUBJECT, startTestPortal, type TestPortal } from '../test-portal.ts'
import { fromBase64 } from './bytes.ts'
import { readCertificateRequest } from './certificate-request.ts'
import { PHONE_FAULTS, type PhoneFaultName } from './faults.ts'
import { openOffer, prepareAnswer } from './phone.ts'

// Keys are made for every answer, on whatever machine this is.
vi.setConfig({ testTimeout: 30_000 })

let portal: TestPortal
beforeAll(async () => {
  portal = await startTestPortal()
})
afterAll(() => portal.stop())

/** What the portal says to an answer with that fault. */
async function judge(fault: PhoneFaultName | null) {
  const command = await provisionCommand()
  const { body: reply } = await portal.command('provision', command)
  const offer = await openOffer(reply.destinations[0].uri)
  const device = { operatingsystem: 'iOS (18.1)', name: 'Åsa’s iPhone', model: 'iPhone' }
  await (await prepareAnswer(offer, { device, extractable: false, fault })).post()
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
      keys: [
        {
          keyid: 'signer',
          usage: 'SIG',
          keyTypes: ['RSA-2048'],
          dummySpkiSha256: createHash('sha256').update(spki).digest('hex'),
          subjectDer: SUBJECT,
        },
      ],
      live: true,
      expiresAt: new Date(Date.now() + 300_000),
    },
    policy: { trustedKeys: keySets.ATTESTATION ?? [], acceptedHosts: ['127.0.0.1'] },
    facts: { authenticated: true, receivedAt: new Date(), user: { active: true, subjectDer: SUBJECT }, knownKeys: new Map() },
  })
}

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
  'private-key-leaked': 'private_key_leaked',
  'no-possession': 'inner_sig',
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

test.each(Object.entries(CODES) as [PhoneFaultName, string][])('%s is rejected with %s', async (fault, code) => {
  const { verdict, checks } = await judge(fault)
  expect(verdict).toBe('failed')
  expect(checks.filter(({ outcome }) => outcome === 'fail').map((check) => check.code)).toContain(code)
})
