import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { connectionTo, type RunningScepCa, type ScepFault, startScepCa } from '#e2e/peers/scep-ca.ts'
import { systemGrant } from '#lib/auth/permissions.ts'
import { parseCertificate } from '#lib/core/x509/certificate.ts'
import { makeKey } from '#lib/core/x509/certificate-fixtures.ts'
import { formatName } from '#lib/core/x509/name.ts'
import { closeDb } from '#lib/db.ts'
import { askCaAgain } from './ask-ca-again.ts'
import { type EstFlow, helpdesk, startEstFlow } from './est-fixtures.ts'
import { issueCertificates } from './issue-certificates.ts'
import { insertIssuing } from './issuing-fixtures.ts'

const grant = systemGrant()
let flow: EstFlow
let ca: RunningScepCa
let counter = 0

beforeAll(async () => {
  flow = await startEstFlow()
  ca = await startScepCa({
    profile: {
      validityDays: 90,
      keyUsage: ['digitalSignature', 'nonRepudiation'],
      extendedKeyUsage: ['clientAuth', 'emailProtection'],
    },
  })
  await useCa()
}, 90_000)
afterAll(async () => {
  await ca?.close()
  await flow?.stop()
})
beforeEach(() => {
  ca.options.fault = null
  ca.options.deduplicates = true
  ca.issued.length = 0
})
afterEach(async () => {
  expect((await flow.owner.query('SELECT * FROM durability_violations()')).rows).toEqual([])
})

/** Adds the CA the way an administrator does, tests it, and makes the profile that insertIssuing uses. */
async function useCa(change: Record<string, unknown> = {}): Promise<{ outcome: string | null; steps: { detail: string }[] }> {
  const { id, testId } = await flow.save({
    name: `corporate-scep-${counter++}`,
    kind: 'scep',
    secrets: {},
    config: {
      ...connectionTo(ca),
      timeoutMs: 1_000,
      ...change,
    },
  })
  const { rowCount } = await flow.owner.query('SELECT 1 FROM issuer WHERE id = $1 AND certificate IS NOT NULL', [id])
  if (rowCount) {
    await flow.owner.query('UPDATE profile SET position = position + 1')
    await flow.addProfile(id)
  }
  return flow.look(testId)
}

const issue = (enrollmentId: string) => issueCertificates(grant, flow.context, { enrollmentId })

async function look(enrollmentId: string) {
  const { rows } = await flow.owner.query(
    `SELECT e.state, e.failure_code AS "failureCode", e.failure_detail AS "failureDetail", e.wait_reason AS "waitReason",
            c.status, c.der, c.asks, c.pending_since AS "pendingSince"
     FROM enrollment e LEFT JOIN enrollment_key k ON k.enrollment_id = e.id LEFT JOIN certificate c ON c.enrollment_key_id = k.id
     WHERE e.id = $1 ORDER BY k.keyid`,
    [enrollmentId],
  )
  return rows
}

/** As if the pause before the next request were over. */
const letTimePass = (enrollmentId: string) =>
  flow.owner.query(
    `UPDATE certificate c SET asked_at = asked_at - interval '1 hour', answer_read_at = answer_read_at - interval '1 hour'
     FROM enrollment_key k WHERE k.id = c.enrollment_key_id AND k.enrollment_id = $1`,
    [enrollmentId],
  )

/** Incidents of a certificate that nobody here has seen, with whose it may be. */
const unseen = async (enrollmentId: string) =>
  (await flow.owner.query(`SELECT detail FROM incident WHERE enrollment_id = $1 AND kind = 'certificate_unseen'`, [enrollmentId]))
    .rows

const delivered = async (): Promise<number> =>
  (await flow.owner.query(`SELECT 1 FROM command WHERE kind = 'certificate'`)).rowCount ?? 0

describe('issuing from a SCEP CA', () => {
  it('is set up by the fingerprint of its certificate, and refused with another one', async () => {
    expect(await useCa()).toMatchObject({ outcome: expect.stringMatching(/passed|warned/) })
    const refused = await useCa({ anchorSha256: 'ab'.repeat(32) })
    expect(refused.outcome).toBe('failed')
  })

  it('releases the CA’s certificate for the phone’s key', async () => {
    const key = makeKey()
    const { enrollmentId } = await insertIssuing(flow.owner, [key])
    await issue(enrollmentId)
    const [row] = await look(enrollmentId)
    expect(row).toMatchObject({ state: 'delivering', status: 'issued', asks: 1 })
    expect(Buffer.from(parseCertificate(row.der).spki).equals(key.spki)).toBe(true)
    expect(ca.issued).toHaveLength(1)
  })

  it('makes one certificate a key when the job runs eight times at once', async () => {
    const { enrollmentId } = await insertIssuing(flow.owner, [makeKey(), makeKey()])
    await Promise.all(Array.from({ length: 8 }, () => issue(enrollmentId)))
    await issue(enrollmentId)
    await issue(enrollmentId)
    expect((await look(enrollmentId)).map(({ state, status }) => `${state} ${status}`)).toEqual(
      Array(2).fill('delivering issued'),
    )
    expect(ca.issued).toHaveLength(2)
  })

  it('says that somebody at the CA must approve it, polls, and goes on when they did', async () => {
    const { enrollmentId } = await insertIssuing(flow.owner, [makeKey()])
    ca.options.fault = 'pending'
    await issue(enrollmentId)
    await issue(enrollmentId)
    const [row] = await look(enrollmentId)
    expect(row).toMatchObject({ state: 'issuing', waitReason: expect.stringMatching(/until somebody there approves/) })
    expect(row.pendingSince).not.toBeNull()
    ca.options.fault = null
    await issue(enrollmentId)
    expect(await look(enrollmentId)).toMatchObject([{ state: 'delivering', status: 'issued' }])
    expect(ca.asked.slice(-3)).toEqual(['PKCSReq', 'CertPoll', 'CertPoll'])
  })

  // K11, K12: the request arrived, its answer did not.
  it.each<ScepFault>(['hang', 'drop', 'half'])(
    'waits when the answer does not come (%s), asks again in the same transaction, and has one certificate',
    async (fault) => {
      const { enrollmentId } = await insertIssuing(flow.owner, [makeKey()])
      ca.options.fault = fault
      await issue(enrollmentId)
      expect(await look(enrollmentId)).toMatchObject([{ state: 'issuing', status: 'reserved', waitReason: expect.any(String) }])
      expect(ca.issued).toHaveLength(1)
      ca.options.fault = null
      await letTimePass(enrollmentId)
      // As after a restart: another process with another signer reads the answer with the sealed key of the first.
      await closeDb()
      await flow.speakAs('worker')
      await issue(enrollmentId)
      expect(await look(enrollmentId)).toMatchObject([{ state: 'delivering', status: 'issued', asks: 2 }])
      expect(ca.issued).toHaveLength(1)
    },
  )

  // K11: a CA that forgets its transactions. Which of two it is, nothing tells beforehand: staff hear of it in both cases.
  it.each<ScepFault>(['hang', 'drop', 'half'])(
    'a CA that forgets transactions makes a second certificate after a lost answer (%s): one is released, the other is an incident',
    async (fault) => {
      const { enrollmentId } = await insertIssuing(flow.owner, [makeKey()])
      ca.options.deduplicates = false
      ca.options.fault = fault
      await issue(enrollmentId)
      expect(await unseen(enrollmentId)).toEqual([])
      ca.options.fault = null
      await letTimePass(enrollmentId)
      await issue(enrollmentId)
      const rows = await look(enrollmentId)
      expect(rows).toMatchObject([{ state: 'delivering', status: 'issued', asks: 2 }])
      expect(ca.issued).toHaveLength(2)
      expect(Buffer.from(ca.issued[1]?.der ?? '').equals(rows[0].der)).toBe(true)
      expect(await unseen(enrollmentId)).toMatchObject([
        { detail: { issuer: expect.stringMatching(/^corporate-scep-/), askedAt: expect.stringMatching(/Z$/) } },
      ])
      const audit = await flow.owner.query(
        `SELECT 1 FROM audit_entry WHERE enrollment_id = $1 AND action = 'certificate.asked_again'`,
        [enrollmentId],
      )
      expect(audit.rowCount).toBe(1)
    },
  )

  it('a lost answer to a poll is no incident: polling makes nothing', async () => {
    const { enrollmentId } = await insertIssuing(flow.owner, [makeKey()])
    ca.options.deduplicates = false
    ca.options.fault = 'pending'
    await issue(enrollmentId)
    ca.options.fault = 'drop'
    await letTimePass(enrollmentId)
    await issue(enrollmentId)
    ca.options.fault = null
    await letTimePass(enrollmentId)
    await issue(enrollmentId)
    expect(await look(enrollmentId)).toMatchObject([{ state: 'delivering', status: 'issued' }])
    expect(ca.issued).toHaveLength(1)
    expect(await unseen(enrollmentId)).toEqual([])
  })

  // The CA writes the subject anew, as Go's and some Java CAs do.
  it('string-types: refused with the name of the setting; with the setting released', async () => {
    const { enrollmentId } = await insertIssuing(flow.owner, [makeKey()], { name: 'Asa Oberg' })
    ca.options.fault = 'string-types'
    await issue(enrollmentId)
    expect(await look(enrollmentId)).toMatchObject([
      {
        state: 'failed',
        failureCode: 'ca_answer',
        failureDetail: expect.stringMatching(/string types are others.*“Subject in the certificate”.*“same text”.*\(subject\)/),
        der: null,
      },
    ])
    expect(await useCa({ subject: 'equivalent' })).toMatchObject({ outcome: expect.stringMatching(/passed|warned/) })
    const { enrollmentId: again } = await insertIssuing(flow.owner, [makeKey()], { name: 'Asa Oberg' })
    await issue(again)
    const [row] = await look(again)
    expect(row).toMatchObject({ state: 'delivering', status: 'issued' })
    expect(formatName(parseCertificate(row.der).subject)).toBe('CN=Asa Oberg')
    ca.options.fault = 'other-subject'
    const { enrollmentId: other } = await insertIssuing(flow.owner, [makeKey()])
    await issue(other)
    expect(await look(other)).toMatchObject([{ state: 'failed', failureCode: 'ca_answer' }])
    ca.options.fault = null
    await useCa()
  })

  // F-S18: one code and sentence each, nothing delivered; asked again afterwards, the same request gives its one certificate.
  it.each<[ScepFault, string, RegExp]>([
    ['failure', 'ca_refused', /does not allow this request \(badRequest\).*“not allowed by the peer”.*CA’s operator/],
    ['http-403', 'ca_refused', /HTTP 403/],
    ['redirect', 'ca_answer', /redirects/],
    ['garbage', 'ca_answer', /cannot be read/],
    ['empty', 'ca_answer', /cannot be read/],
    ['huge', 'ca_answer', /larger than/],
    ['other-key', 'ca_answer', /another public key \(public_key\)/],
    ['other-subject', 'ca_answer', /subject is not the one/],
    ['other-issuer', 'ca_answer', /signature is not the CA's|another issuer|authority key/i],
    ['two-certificates', 'ca_answer', /2 certificates/],
    ['no-certificate', 'ca_answer', /no certificate/],
    ['ca-certificate', 'ca_answer', /no certificate/],
    ['too-long', 'ca_validity', /valid for 3000 days/],
    ['wrong-transaction', 'ca_answer', /another transaction/],
    ['wrong-nonce', 'ca_answer', /recipientNonce/],
    ['unsigned', 'ca_answer', /not signed/],
    ['other-signer', 'ca_answer', /somebody else/],
    ['forged-signer', 'ca_answer', /signature is wrong/],
    ['other-recipient', 'ca_answer', /not encrypted for this recipient/],
    ['weak-digest', 'ca_answer', /SHA-1/],
    ['weak-cipher', 'ca_answer', /DES/],
    ['echo', 'ca_answer', /somebody else/],
  ])('F-S18: %s → %s, nothing delivered, and it can be tried again', async (fault, code, detail) => {
    const before = await delivered()
    const { enrollmentId } = await insertIssuing(flow.owner, [makeKey()])
    ca.options.fault = fault
    await issue(enrollmentId)
    const [row] = await look(enrollmentId)
    expect(row).toMatchObject({ state: 'failed', failureCode: code, failureDetail: expect.stringMatching(detail), der: null })
    expect(await delivered()).toBe(before)
    ca.options.fault = null
    ca.issued.length = 0
    await askCaAgain(helpdesk, enrollmentId)
    await issue(enrollmentId)
    expect(await look(enrollmentId)).toMatchObject([{ state: 'delivering', failureCode: null, status: 'issued' }])
    expect(ca.issued).toHaveLength(1)
  })

  it.each<[ScepFault, string, RegExp]>([
    ['other-ca', 'ca_answer', /fingerprint/],
    ['expired-ra', 'ca_validity', /registration authority is valid from/],
    ['weak-capabilities', 'ca_answer', /no digest better than SHA-1/],
  ])('F-S18: %s is noticed before anything is asked → %s', async (fault, code, detail) => {
    // A connection of its own, so that what is known of the CA is asked for anew.
    expect((await useCa()).outcome).not.toBe('failed')
    const { enrollmentId } = await insertIssuing(flow.owner, [makeKey()])
    ca.options.fault = fault
    const asked = ca.asked.length
    await issue(enrollmentId)
    expect(await look(enrollmentId)).toMatchObject([
      { state: 'failed', failureCode: code, failureDetail: expect.stringMatching(detail) },
    ])
    expect(ca.asked.length).toBe(asked)
    ca.options.fault = null
    await askCaAgain(helpdesk, enrollmentId)
    await issue(enrollmentId)
    expect(await look(enrollmentId)).toMatchObject([{ state: 'delivering', status: 'issued' }])
  })
})
