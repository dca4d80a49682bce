/** Evidence bundles of real enrolments, each process with the rights of its own role. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authorize, type Grant } from '#lib/auth/permissions.ts'
import { verifyBundle } from '#lib/core/bundle/verify.ts'
import { RequestError } from '#lib/core/errors.ts'
import { makeCa } from '#lib/core/x509/certificate-fixtures.ts'
import { listPublishedBundleKeys } from '#lib/data/bundles.ts'
import { getCertificate } from '#lib/data/certificates.ts'
import { cancelEnrollment } from '#lib/workflows/cancel-enrollment.ts'
import { redeliverCertificates } from '#lib/workflows/redeliver.ts'
import { renewOffer } from '#lib/workflows/renew-offer.ts'
import { isBundleMade, requestBundle, takeRequestedBundle } from '#lib/workflows/request-bundle.ts'
import { startEnrollment } from '#lib/workflows/start-enrollment.ts'
import { type Flow, type ReceivedCommand, startFlow } from './flow-fixtures.ts'

let flow: Flow
let auditor: Grant<'enrollment:read'>
let readCertificates: Parameters<typeof getCertificate>[0]
beforeAll(async () => {
  flow = await startFlow()
  const aino = { kind: 'account', id: 'auditor', name: 'Aino Auditor', role: 'auditor', userId: null } as const
  auditor = authorize(aino, 'enrollment:read')
  readCertificates = authorize(aino, 'certificate:read')
})
afterAll(() => flow?.stop())

async function bundleOf(id: string): Promise<string> {
  await flow.speakAs('web')
  expect(await requestBundle(auditor, id)).toBe(false)
  expect(await requestBundle(auditor, id)).toBe(false)
  expect(await takeRequestedBundle(auditor, id)).toBeNull()
  await work()
  await flow.speakAs('web')
  expect(await isBundleMade(auditor, id)).toBe(true)
  return (await takeRequestedBundle(auditor, id))?.body ?? ''
}

const work = async () => {
  await flow.speakAs('worker')
  await flow.runJobs()
}

async function post(body: string, kind?: string): Promise<void> {
  await flow.speakAs('web')
  await flow.callBack(body, kind)
  await work()
}

async function offered(userid: string) {
  await flow.newUser(userid)
  await flow.speakAs('web')
  const { id } = await flow.start(userid)
  await work()
  return { id, command: flow.commandFor(userid, 'provision') }
}

async function completed(userid: string) {
  const { id, command } = await offered(userid)
  await post(flow.answerTo(command))
  const delivery = flow.commandFor(userid, 'certificate')
  await post(flow.envelope(delivery, { certResponse: { code: 0 } }), 'certificate')
  expect((await flow.look(id)).state).toBe('completed')
  return { id, command, delivery }
}

const failuresOf = (bundle: string, trustedKeys?: Uint8Array<ArrayBuffer>[]) =>
  verifyBundle(Buffer.from(bundle), trustedKeys ? { trustedKeys } : {}).findings.filter(({ outcome }) => outcome === 'failed')
const namesIn = (bundle: string): string[] => verifyBundle(Buffer.from(bundle)).findings.map(({ name }) => name)
const tokenOf = (uri: string): string => new URL(uri).searchParams.get('token') ?? 'no token'

/** The offer, its token, and either in the encodings in which a message might carry it: at each of the three places base64 can begin. */
function expectNoOffer(bundle: string, { destination: { uri } }: ReceivedCommand): void {
  const token = tokenOf(uri)
  expect(token.length).toBeGreaterThan(7)
  for (const secret of [uri, token]) {
    const inBase64 = [0, 1, 2].flatMap((shift) => {
      const padded = Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)]).toString('base64')
      // Only what hangs on the secret alone.
      const own = padded.slice(shift === 0 ? 0 : 4, -4)
      return [own, own.replaceAll('+', '-').replaceAll('/', '_')]
    })
    const others = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), Buffer.from(secret).toString('hex')]
    for (const text of [...others, ...inBase64]) expect(bundle).not.toContain(text)
  }
  expect(bundle).not.toContain('plugout')
}

/** What the page of each of the enrolment's certificates shows. */
async function chainsOf(enrollmentId: string): Promise<(string[] | undefined)[]> {
  const { rows } = await flow.owner.query<{ id: string }>(
    'SELECT t.id FROM certificate t JOIN enrollment_key k ON k.id = t.enrollment_key_id WHERE k.enrollment_id = $1',
    [enrollmentId],
  )
  await flow.speakAs('web')
  return Promise.all(rows.map(async ({ id }) => (await getCertificate(readCertificates, id))?.chainPem))
}

describe('evidence bundles', () => {
  it('of a completed enrolment: verifies with the published key, and holds no offer', async () => {
    const { id, command, delivery } = await completed('bundle.good')
    const bundle = await bundleOf(id)
    const keys = (await listPublishedBundleKeys()).map(({ spki }) => spki)
    expect(keys).toHaveLength(1)
    expect(failuresOf(bundle, keys)).toEqual([])
    const names = namesIn(bundle)
    for (const name of [
      'binding',
      'policy',
      'evidence',
      'answer signature',
      'delivery',
      'audit',
      'part callback-2.json',
      'part chain-1-2.der',
    ])
      expect(names).toContain(name)
    for (const sent of [command, delivery]) expectNoOffer(bundle, sent)
    const { rows } = await flow.owner.query(
      `SELECT action, actor_name FROM audit_entry WHERE enrollment_id = $1 AND action LIKE 'bundle.%' ORDER BY seq`,
      [id],
    )
    expect(rows.map((row) => `${row.action} by ${row.actor_name}`)).toEqual([
      'bundle.requested by Aino Auditor',
      'bundle.exported by Aino Auditor',
    ])
    // Taken away again without being made again; wanted again when the enrolment has changed.
    expect(await requestBundle(auditor, id)).toBe(true)
    await flow.owner.query('UPDATE enrollment SET version = version + 1 WHERE id = $1', [id])
    expect(failuresOf(await bundleOf(id), keys)).toEqual([])
    expect((await flow.owner.query('SELECT 1 FROM evidence_bundle WHERE enrollment_id = $1', [id])).rowCount).toBe(1)
    expect(await listPublishedBundleKeys()).toHaveLength(1)
  })

  it('of a refused one: the evidence comes out again as it was', async () => {
    const { id, command } = await offered('bundle.refused')
    await post(flow.answerTo(command).replace(/("data":"[^.]+\.[^.]+\.)../, '$1AA'))
    expect((await flow.look(id)).state).toBe('rejected')
    const bundle = await bundleOf(id)
    expect(failuresOf(bundle)).toEqual([])
    expect(verifyBundle(Buffer.from(bundle)).findings.find(({ name }) => name === 'evidence')?.said).toMatch(
      /^failed: all \d+ checks/,
    )
    expectNoOffer(bundle, command)
  })

  it('of one that the phone refused, after a second offer: both commands are in it', async () => {
    const { id, command: first } = await offered('bundle.no')
    await flow.speakAs('web')
    await renewOffer(flow.helpdesk, id)
    await work()
    const second = flow.commandFor('bundle.no', 'provision')
    expect(second.commandId).not.toBe(first.commandId)
    await post(flow.envelope(second, { provResponse: { code: 5 } }))
    expect((await flow.look(id)).state).toBe('refused')
    const bundle = await bundleOf(id)
    expect(failuresOf(bundle)).toEqual([])
    expect(namesIn(bundle)).toEqual(expect.arrayContaining(['part provision-1.request.json', 'part provision-2.dummy-1.der']))
    for (const sent of [first, second]) expectNoOffer(bundle, sent)
  })

  it('of several keys whose certificates the phone did not store, and of the same when they were sent again', async () => {
    await flow.newUser('bundle.keys')
    await flow.speakAs('web')
    const { id } = await startEnrollment(flow.helpdesk, { userid: 'bundle.keys', profileName: 'Sign and authenticate' })
    await work()
    const command = flow.commandFor('bundle.keys', 'provision')
    await post(flow.answerTo(command))
    const delivery = flow.commandFor('bundle.keys', 'certificate')
    await post(flow.envelope(delivery, { certResponse: { code: 7 } }), 'certificate')
    expect((await flow.look(id)).state).toBe('undelivered')
    const undelivered = await bundleOf(id)
    expect(failuresOf(undelivered)).toEqual([])
    expect(namesIn(undelivered)).toEqual(
      expect.arrayContaining(['key sign', 'request authenticate', 'certificate sign', 'certificate authenticate', 'delivery']),
    )

    await flow.speakAs('web')
    await redeliverCertificates(flow.helpdesk, id)
    await work()
    const again = flow.commandFor('bundle.keys', 'certificate')
    await post(flow.envelope(again, { certResponse: { code: 0 } }), 'certificate')
    expect((await flow.look(id)).state).toBe('completed')
    const completed = await bundleOf(id)
    expect(failuresOf(completed)).toEqual([])
    expect(namesIn(completed)).toContain('part certificate-2.request.json')
    for (const sent of [command, delivery, again]) expectNoOffer(completed, sent)
  })

  it('of one whose answer cannot be read, of one that expired, and of one that was cancelled', async () => {
    const { id, command } = await offered('bundle.broken')
    await post(flow.envelope(command, { provResponse: { code: 0, result: { contenttype: 'jws', data: '~ no JWS' } } }))
    expect((await flow.look(id)).state).toBe('rejected')
    expect(failuresOf(await bundleOf(id))).toEqual([])

    const { id: late, command: unanswered } = await offered('bundle.expired')
    await post(flow.envelope(unanswered, {}, { state: 'TIMEOUT', responseHeader: undefined }))
    expect((await flow.look(late)).state).toBe('expired')
    const expired = await bundleOf(late)
    expect(failuresOf(expired)).toEqual([])
    expectNoOffer(expired, unanswered)

    const { id: other } = await offered('bundle.cancelled')
    await flow.speakAs('web')
    await cancelEnrollment(flow.helpdesk, other)
    const bundle = await bundleOf(other)
    expect(failuresOf(bundle)).toEqual([])
    expect(verifyBundle(Buffer.from(bundle)).findings.find(({ name }) => name === 'evidence')?.said).toContain(
      'no answer was judged',
    )
  })

  it('there is none while the offer is open, and none of what does not exist', async () => {
    const { id } = await offered('bundle.open')
    await flow.speakAs('web')
    await expect(requestBundle(auditor, id)).rejects.toMatchObject({ code: 'wrong_state' })
    await expect(takeRequestedBundle(auditor, id)).rejects.toBeInstanceOf(RequestError)
    await expect(requestBundle(auditor, '00000000-0000-4000-8000-000000000000')).rejects.toMatchObject({ code: 'not_found' })
  })

  it('of a certificate whose CA has a new signing certificate since: with the chain that signed it', async () => {
    const { id } = await completed('bundle.chain')
    const [before] = (await chainsOf(id)) as [string[]]
    const { rows: stood } = await flow.owner.query<{ id: string; certificate: Buffer; chain: Buffer[] }>(
      `SELECT i.id, i.certificate, i.chain FROM issuer i JOIN certificate t ON t.issuer_id = i.id
       JOIN enrollment_key k ON k.id = t.enrollment_key_id WHERE k.enrollment_id = $1`,
      [id],
    )
    const issuer = stood[0] as (typeof stood)[number]
    const setChain = (certificate: Uint8Array, chain: readonly Uint8Array[]) =>
      flow.owner.query('UPDATE issuer SET certificate = $2, chain = $3::bytea[] WHERE id = $1', [issuer.id, certificate, chain])
    const { issuingDer, rootDer } = makeCa()
    await setChain(issuingDer, [issuingDer, rootDer])
    try {
      expect(failuresOf(await bundleOf(id))).toEqual([])
      expect(await chainsOf(id)).toEqual([before])
    } finally {
      // The other tests go on with the CA that has the key.
      await setChain(issuer.certificate, issuer.chain)
    }
    for (const role of ['certdesk_web', 'certdesk_worker'])
      for (const right of ['INSERT', 'UPDATE', 'DELETE']) {
        const { rows } = await flow.owner.query(`SELECT has_table_privilege($1, 'issuer_past_chain', $2) AS may`, [role, right])
        expect([role, right, rows[0].may]).toEqual([role, right, false])
      }
  })

  it('the web can neither read the signing key nor write a bundle', async () => {
    for (const [table, column, right] of [
      ['bundle_key', 'sealed', 'SELECT'],
      ['evidence_bundle', 'body', 'INSERT'],
      ['evidence_bundle', 'body', 'UPDATE'],
    ]) {
      const { rows } = await flow.owner.query(`SELECT has_column_privilege('certdesk_web', $1, $2, $3) AS may`, [
        table,
        column,
        right,
      ])
      expect([table, rows[0].may]).toEqual([table, false])
    }
  })
})
