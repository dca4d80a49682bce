/** Enrolments of several keys and of EC keys, by the training phone's own code, from the command to the phone's word that all are stored. */
import { createHash, randomUUID, X509Certificate } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Actor, authorize, systemGrant } from '#lib/auth/permissions.ts'
import { type ProfileDefinition, profileDefinitionSchema } from '#lib/core/enrollment/profile.ts'
import { getEnrollment } from '#lib/data/enrollments.ts'
import { listIssuerChoices } from '#lib/data/profile-settings.ts'
import { makeAnswer } from '#lib/simulator/phone/answer.ts'
import { type PhoneFaultName, phoneFault } from '#lib/simulator/phone/faults.ts'
import { type KeyKind, makeKey, toAppJwk } from '#lib/simulator/phone/keys.ts'
import { redeliverCertificates } from '#lib/workflows/redeliver.ts'
import { saveProfile } from '#lib/workflows/save-profile.ts'
import { startEnrollment } from '#lib/workflows/start-enrollment.ts'
import { syncAttestationPolicy } from '#lib/workflows/sync-attestation-policy.ts'
import { type Flow, type ReceivedCommand, startFlow } from './flow-fixtures.ts'

// Keys are made for every answer, on whatever machine this is.
vi.setConfig({ testTimeout: 30_000 })

const admin: Actor = { kind: 'account', id: 'admin', name: 'Ada Admin', role: 'admin', userId: null }
const settings = authorize(admin, 'settings:manage')
const reader = authorize(admin, 'enrollment:manage')

let flow: Flow
let attestation: CryptoKeyPair
beforeAll(async () => {
  attestation = await makeKey({ extractable: false })
  flow = await startFlow()
  const key = await toAppJwk(attestation.publicKey, { kid: 'phone', use: 'sig' })
  await syncAttestationPolicy(systemGrant(), { ATTESTATION: [key] })
})
afterEach(async () => {
  expect(await flow.brokenRules()).toEqual([])
})
afterAll(() => flow?.stop())

let count = 0
/** Makes a profile with these keys, enrols somebody and sends the offer. */
async function offer(keys: ProfileDefinition['keys']): Promise<{ id: string; command: ReceivedCommand }> {
  const name = `Several ${++count}`
  const definition = profileDefinitionSchema.parse({
    servername: 'Test',
    attestationKeySet: 'ATTESTATION',
    subject: [{ type: 'CN', value: '{name}', required: true }],
    keys,
    certificate: {
      validityDays: 30,
      keyUsage: ['digitalSignature'],
      extendedKeyUsage: ['clientAuth'],
      subjectAltNameEmail: true,
    },
    offerTimeoutS: 300,
    deliveryTimeoutS: 300,
    approval: false,
    confirmation: false,
  })
  const [issuer] = await listIssuerChoices(settings)
  await saveProfile(settings, { existing: null, name, title: name, issuerId: issuer?.id ?? '', definition })
  const userid = await flow.newUser()
  const { id } = await startEnrollment(flow.helpdesk, { userid, profileName: name })
  await flow.runJobs()
  return { id, command: flow.commandFor(userid, 'provision') }
}

interface Answering {
  fault?: PhoneFaultName
  bentKeys?: 'first' | 'last'
  supported?: KeyKind[]
}

/** The phone answers; the portal judges, issues and sends. */
async function answer(command: ReceivedCommand, { fault, ...more }: Answering = {}) {
  const boxUrl = `${flow.hermod.url}/rest/ms/${randomUUID()}`
  const { jws, keys } = await makeAnswer(command.body.provCommand as unknown as Parameters<typeof makeAnswer>[0], {
    attestation,
    device: { operatingsystem: 'iOS (18.1)', name: 'Åsa’s iPhone', model: 'iPhone' },
    fqdn: '127.0.0.1',
    profileId: randomUUID(),
    boxUrl,
    extractable: false,
    bend: phoneFault(fault ?? null)?.bend,
    ...more,
  })
  const result = { contenttype: 'jws', data: jws }
  await flow.callBack(flow.envelope(command, { provResponse: { code: 0, result } }))
  await flow.runJobs()
  return new Map(
    await Promise.all(
      keys.map(async ({ keyid, publicKey }) => {
        const spki = Buffer.from(await crypto.subtle.exportKey('spki', publicKey))
        return [keyid, createHash('sha256').update(spki).digest('hex')] as const
      }),
    ),
  )
}

const delivered = (command: ReceivedCommand) =>
  flow
    .commandFor(command.body.provCommand.userid, 'certificate')
    .body.certCommand.certificates.map(({ keyid, data }) => ({ keyid, x509: new X509Certificate(Buffer.from(data, 'base64')) }))

const spkiSha256 = (certificate: X509Certificate): string =>
  createHash('sha256')
    .update(certificate.publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')

const certificatesOf = async (id: string): Promise<number> =>
  (
    await flow.owner.query(
      `SELECT 1 FROM certificate c JOIN enrollment_key k ON k.id = c.enrollment_key_id WHERE k.enrollment_id = $1`,
      [id],
    )
  ).rowCount ?? 0

const TWO: ProfileDefinition['keys'] = [
  {
    keyid: 'sign',
    usage: 'SIG',
    keyTypes: ['EC-P256', 'RSA-2048'],
    keyUsage: ['nonRepudiation'],
    extendedKeyUsage: ['emailProtection'],
  },
  { keyid: 'auth', usage: 'AUTH', keyTypes: ['EC-P384', 'RSA-2048'] },
]

const EMAIL_PROTECTION = '1.3.6.1.5.5.7.3.4'
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'

describe('two keys, EC preferred', () => {
  it('go from the command to two certificates in one message, each for its own key and its own purpose', async () => {
    const { id, command } = await offer(TWO)
    const wanted = command.body.provCommand as unknown as Parameters<typeof makeAnswer>[0]
    expect(wanted.profile.keygenrequests.map(({ keyid, usage, keytypeprios }) => ({ keyid, usage, keytypeprios }))).toEqual([
      {
        keyid: 'sign',
        usage: 'SIG',
        keytypeprios: [
          { keytype: 'EC', keylength: '256', responsemechanism: 'ES256' },
          { keytype: 'RSA', keylength: '2048', responsemechanism: 'RS256' },
        ],
      },
      {
        keyid: 'auth',
        usage: 'AUTH',
        keytypeprios: [
          { keytype: 'EC', keylength: '384', responsemechanism: 'ES384' },
          { keytype: 'RSA', keylength: '2048', responsemechanism: 'RS256' },
        ],
      },
    ])
    const made = await answer(command)
    expect((await flow.look(id)).state).toBe('delivering')
    const sent = delivered(command)
    expect(sent.map(({ keyid }) => keyid).toSorted()).toEqual(['auth', 'sign'])
    for (const { keyid, x509 } of sent) {
      expect(spkiSha256(x509)).toBe(made.get(keyid))
      expect(x509.subject).toBe('CN=Åsa Öberg')
      expect(x509.publicKey.asymmetricKeyType).toBe('ec')
      expect(x509.keyUsage).toEqual(keyid === 'sign' ? [EMAIL_PROTECTION] : [CLIENT_AUTH])
    }
    await flow.callBack(
      flow.envelope(flow.commandFor(command.body.provCommand.userid, 'certificate'), { certResponse: { code: 0 } }),
      'certificate',
    )
    await flow.runJobs()
    const view = await getEnrollment(reader, id)
    expect(view?.state).toBe('completed')
    expect(view?.certificates.map(({ keyid, deliveredAt }) => [keyid, deliveredAt !== null])).toEqual([
      ['auth', true],
      ['sign', true],
    ])
    expect(view?.keys.map(({ keyid, usage }) => [keyid, usage])).toEqual([
      ['auth', 'AUTH'],
      ['sign', 'SIG'],
    ])
  })

  it('are RSA for a phone that makes no EC keys', async () => {
    const { command } = await offer(TWO)
    await answer(command, { supported: ['RSA-2048'] })
    for (const { x509 } of delivered(command)) expect(x509.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048)
  })

  it('come in any order', async () => {
    const { id, command } = await offer(TWO)
    const made = await answer(command, { fault: 'keys-reversed' })
    expect((await flow.look(id)).state).toBe('delivering')
    for (const { keyid, x509 } of delivered(command)) expect(spkiSha256(x509)).toBe(made.get(keyid))
  })

  it.each([
    ['csr-bad-signature', 'csr_sig'],
    ['no-possession', 'inner_sig'],
    ['second-by-first', 'inner_sig'],
    ['same-key-twice', 'key_reuse'],
    ['subject-changed', 'csr_subject'],
    ['missing-key', 'keyid'],
    ['extra-key', 'keyid'],
    ['signature-der', 'inner_sig'],
    ['key-kind-not-asked', 'key_type'],
  ] as const)('%s on the second alone: both are refused with %s, and nothing is issued', async (fault, code) => {
    const { id, command } = await offer(TWO)
    await answer(command, { fault, bentKeys: 'last' })
    expect(await flow.look(id)).toMatchObject({ state: 'rejected', failure_code: code })
    expect(await certificatesOf(id)).toBe(0)
    expect((await flow.owner.query('SELECT 1 FROM enrollment_key WHERE enrollment_id = $1', [id])).rowCount).toBe(0)
    expect((await getEnrollment(reader, id))?.keys.length).toBeGreaterThan(0)
  })

  it('that the phone does not store are both undelivered, and sent again are the same two', async () => {
    const { id, command } = await offer(TWO)
    await answer(command)
    const { userid } = command.body.provCommand
    const first = delivered(command)
    await flow.callBack(flow.envelope(flow.commandFor(userid, 'certificate'), { certResponse: { code: 7 } }), 'certificate')
    await flow.runJobs()
    expect((await flow.look(id)).state).toBe('undelivered')
    const view = await getEnrollment(reader, id)
    expect(view?.certificates.map(({ deliveredAt }) => deliveredAt)).toEqual([null, null])
    await redeliverCertificates(flow.helpdesk, id)
    await flow.runJobs()
    expect(delivered(command).map(({ x509 }) => x509.fingerprint256)).toEqual(first.map(({ x509 }) => x509.fingerprint256))
  })

  it('are not issued at all when the CA refuses one of them', async () => {
    const { id, command } = await offer(TWO)
    await flow.owner.query(`UPDATE "user" SET email = 'åsa@example.test' WHERE userid = $1`, [command.body.provCommand.userid])
    await answer(command)
    expect((await flow.look(id)).state).toBe('failed')
    const { rows } = await flow.owner.query(
      `SELECT c.status FROM certificate c JOIN enrollment_key k ON k.id = c.enrollment_key_id WHERE k.enrollment_id = $1 AND c.status <> 'reserved'`,
      [id],
    )
    expect(rows).toEqual([])
  })
})

it.each(['RSA-3072', 'RSA-4096', 'EC-P256', 'EC-P384'] as const)(
  'one key of kind %s is certified as what it is',
  async (kind) => {
    const { id, command } = await offer([{ keyid: 'signer', usage: 'SIG', keyTypes: [kind] }])
    await answer(command)
    expect((await flow.look(id)).state).toBe('delivering')
    const [{ x509 } = { x509: null }] = delivered(command)
    const details = x509?.publicKey.asymmetricKeyDetails
    expect(details?.namedCurve ?? `RSA-${details?.modulusLength}`).toBe(
      { 'EC-P256': 'prime256v1', 'EC-P384': 'secp384r1' }[kind as string] ?? kind,
    )
  },
)
