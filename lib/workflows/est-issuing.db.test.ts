import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { EstFault } from '#e2e/peers/est-server.ts'
import { systemGrant } from '#lib/auth/permissions.ts'
import { parseCertificate } from '#lib/core/x509/certificate.ts'
import { makeKey } from '#lib/core/x509/certificate-fixtures.ts'
import { askCaAgain } from './ask-ca-again.ts'
import { type EstFlow, helpdesk, startEstFlow } from './est-fixtures.ts'
import { issueCertificates } from './issue-certificates.ts'
import { insertIssuing } from './issuing-fixtures.ts'

const grant = systemGrant()
let flow: EstFlow
let issuerId: string

beforeAll(async () => {
  flow = await startEstFlow()
  const saved = await flow.save(flow.form())
  issuerId = saved.id
  await flow.addProfile(issuerId)
})
afterAll(() => flow?.stop())
beforeEach(() => {
  flow.est.fault = null
  flow.est.pendingRounds = null
  flow.est.issued.length = 0
})
afterEach(async () => {
  expect((await flow.owner.query('SELECT * FROM durability_violations()')).rows).toEqual([])
})

const issue = (enrollmentId: string) => issueCertificates(grant, flow.context, { enrollmentId })

async function look(enrollmentId: string) {
  const { rows } = await flow.owner.query(
    `SELECT e.state, e.failure_code AS "failureCode", e.failure_detail AS "failureDetail", e.wait_reason AS "waitReason",
            c.status, c.serial_number AS serial, c.der, c.held_der AS held, c.asks, c.not_before AS "notBefore", c.not_after AS "notAfter"
     FROM enrollment e LEFT JOIN enrollment_key k ON k.enrollment_id = e.id LEFT JOIN certificate c ON c.enrollment_key_id = k.id
     WHERE e.id = $1 ORDER BY k.keyid`,
    [enrollmentId],
  )
  return rows
}

/** As if the pause before the next request were over. */
const letTimePass = (enrollmentId: string, hours = 1) =>
  flow.owner.query(
    `UPDATE certificate c SET asked_at = asked_at - make_interval(hours => $2::int), answer_read_at = answer_read_at - make_interval(hours => $2::int)
     FROM enrollment_key k WHERE k.id = c.enrollment_key_id AND k.enrollment_id = $1`,
    [enrollmentId, hours],
  )

const incidents = async (enrollmentId: string) =>
  (await flow.owner.query('SELECT kind FROM incident WHERE enrollment_id = $1', [enrollmentId])).rows.map(({ kind }) => kind)

describe('issuing from an EST server', () => {
  it('releases the CA’s certificate with the CA’s serial number and validity', async () => {
    const key = makeKey()
    const { enrollmentId } = await insertIssuing(flow.owner, [key])
    await issue(enrollmentId)
    const [row] = await look(enrollmentId)
    expect(row).toMatchObject({ state: 'delivering', status: 'issued', asks: 1, serial: flow.est.issued[0]?.serialNumber })
    const certificate = parseCertificate(row.der)
    expect(Buffer.from(certificate.spki).equals(key.spki)).toBe(true)
    expect(row.notAfter).toEqual(certificate.notAfter)
    expect(flow.est.issued).toHaveLength(1)
  })

  it('asks once for each key when the job runs eight times at once', async () => {
    const { enrollmentId } = await insertIssuing(flow.owner, [makeKey(), makeKey()])
    await Promise.all(Array.from({ length: 8 }, () => issue(enrollmentId)))
    await issue(enrollmentId)
    await issue(enrollmentId)
    expect((await look(enrollmentId)).map(({ state, status, asks }) => ({ state, status, asks }))).toEqual([
      { state: 'delivering', status: 'issued', asks: 1 },
      { state: 'delivering', status: 'issued', asks: 1 },
    ])
    expect(flow.est.issued).toHaveLength(2)
  })

  it('keeps the first key’s certificate while the second one’s waits, and does not ask for it again', async () => {
    const { enrollmentId } = await insertIssuing(flow.owner, [makeKey(), makeKey()])
    const rows = await look(enrollmentId)
    expect(rows).toHaveLength(2)
    await issue(enrollmentId)
    const { enrollmentId: other } = await insertIssuing(flow.owner, [makeKey()])
    flow.est.fault = 'pending'
    await issue(other)
    expect(await look(other)).toMatchObject([{ state: 'issuing', status: 'reserved', serial: null, held: null }])
    await flow.owner.query(
      `UPDATE certificate SET held_der = $2 WHERE enrollment_key_id IN (SELECT id FROM enrollment_key WHERE enrollment_id = $1)`,
      [other, (await look(enrollmentId))[0].der],
    )
    // What is kept is held against the request again: another key’s certificate is not released.
    await issue(other)
    expect(await look(other)).toMatchObject([{ state: 'failed', failureCode: 'ca_answer', der: null }])
  })

  it('waits for an officer’s approval, says so, and asks again with the same request', async () => {
    const { enrollmentId } = await insertIssuing(flow.owner, [makeKey()])
    flow.est.fault = 'pending'
    flow.est.pendingRounds = 2
    await issue(enrollmentId)
    await issue(enrollmentId)
    expect(await look(enrollmentId)).toMatchObject([
      { state: 'issuing', waitReason: expect.stringMatching(/^Waiting for approval .*An officer must approve it\.$/), asks: 2 },
    ])
    await issue(enrollmentId)
    expect(await look(enrollmentId)).toMatchObject([{ state: 'delivering', status: 'issued', asks: 3 }])
    expect(flow.est.issued).toHaveLength(1)
    expect(await incidents(enrollmentId)).toEqual([])
  })

  it('gives up after days, with a code of its own', async () => {
    const { enrollmentId } = await insertIssuing(flow.owner, [makeKey()])
    flow.est.fault = 'error'
    await flow.owner.query(`UPDATE enrollment SET state_changed_at = now() - interval '25 hours' WHERE id = $1`, [enrollmentId])
    await issue(enrollmentId)
    expect(await look(enrollmentId)).toMatchObject([{ state: 'failed', failureCode: 'ca_unreachable' }])
  })
})

/** What each fault must come to, on the first asking. Nothing is ever delivered, and what is wrong for good is said once. */
const REFUSED: readonly [EstFault, code: string, words: RegExp][] = [
  ['refuses', 'ca_refused', /HTTP 400\)\. It says: The subject is not allowed here . Ask the PKI team\./],
  ['forbids', 'ca_refused', /may not enrol/],
  ['empty', 'ca_answer', /empty/],
  ['not-base64', 'ca_answer', /not base64/],
  ['not-cms', 'ca_answer', /cannot be used/],
  ['html', 'ca_answer', /not base64/],
  ['no-certificate', 'ca_answer', /no certificate/],
  ['two-certificates', 'ca_answer', /2 certificates/],
  ['other-ca', 'ca_answer', /signature/],
  ['other-key', 'ca_answer', /another public key/],
  ['other-subject', 'ca_answer', /subject/],
  ['bad-signature', 'ca_answer', /signature/],
  ['expired', 'ca_validity', /expired/],
  ['not-yet-valid', 'ca_validity', /valid only from/],
  ['too-long', 'ca_validity', /3000 days/],
  ['ca-certificate', 'ca_answer', /CA certificate/],
  ['extra-purpose', 'ca_answer', /extended key usage also has/],
  ['missing-usage', 'ca_answer', /key usage lacks/],
  ['extra-name', 'ca_answer', /alternative names/],
  ['critical-extension', 'ca_answer', /critical extension/],
  ['huge', 'ca_answer', /larger than 256 kB/],
]
const WAITING: readonly [EstFault, words: RegExp, unseen: boolean][] = [
  ['unauthorized', /does not accept this portal’s credentials/, false],
  ['not-found', /nothing at this address/, false],
  ['redirects', /sends elsewhere/, false],
  ['busy', /HTTP 503\)\. It says: Maintenance/, false],
  ['error', /HTTP 500/, true],
  ['half', /broke off/, true],
  ['resets-after-issuing', /broke off/, true],
]

describe('an EST server that does not behave (F-S18)', () => {
  it.each(REFUSED)(
    '%s: %s, nothing released, and the same request gives one certificate when it behaves',
    async (fault, code, words) => {
      const { enrollmentId } = await insertIssuing(flow.owner, [makeKey()])
      flow.est.fault = fault
      await issue(enrollmentId)
      expect(await look(enrollmentId)).toMatchObject([
        {
          state: 'failed',
          failureCode: code,
          failureDetail: expect.stringMatching(words),
          status: 'reserved',
          der: null,
          held: null,
        },
      ])
      // What was made and not used is for somebody to revoke there.
      expect(await incidents(enrollmentId)).toEqual(code === 'ca_answer' ? ['certificate_unseen'] : [])
      flow.est.fault = null
      flow.est.issued.length = 0
      await askCaAgain(helpdesk, enrollmentId)
      await issue(enrollmentId)
      expect(await look(enrollmentId)).toMatchObject([{ state: 'delivering', failureCode: null, status: 'issued', asks: 2 }])
      expect(flow.est.issued).toHaveLength(1)
      await expect(askCaAgain(helpdesk, enrollmentId)).rejects.toMatchObject({ code: 'wrong_state' })
    },
  )

  it.each(WAITING)('%s: waits, says why, and is done later', async (fault, words, unseen) => {
    const { enrollmentId } = await insertIssuing(flow.owner, [makeKey()])
    flow.est.fault = fault
    await issue(enrollmentId)
    expect(await look(enrollmentId)).toMatchObject([
      { state: 'issuing', failureCode: null, waitReason: expect.stringMatching(words), status: 'reserved', asks: 1 },
    ])
    const jobs = await flow.owner.query('SELECT run_at > now() AS later FROM graphile_worker.jobs WHERE key = $1', [
      `issue:${enrollmentId}`,
    ])
    expect(jobs.rows).toEqual([{ later: true }])
    flow.est.fault = null
    await letTimePass(enrollmentId)
    await issue(enrollmentId)
    expect(await look(enrollmentId)).toMatchObject([{ state: 'delivering', status: 'issued', waitReason: null, asks: 2 }])
    expect(await incidents(enrollmentId)).toEqual(unseen ? ['certificate_unseen'] : [])
  })

  it('hangs: waits, and no second request is made while the first may be under way', async () => {
    const { enrollmentId } = await insertIssuing(flow.owner, [makeKey()])
    flow.est.fault = 'resets-after-issuing'
    await issue(enrollmentId)
    flow.est.fault = null
    await issue(enrollmentId)
    expect(await look(enrollmentId)).toMatchObject([{ state: 'issuing', asks: 1 }])
    await letTimePass(enrollmentId)
    await issue(enrollmentId)
    expect(await look(enrollmentId)).toMatchObject([{ state: 'delivering', asks: 2 }])
    const audit = await flow.owner.query(
      `SELECT 1 FROM audit_entry WHERE enrollment_id = $1 AND action = 'certificate.asked_again'`,
      [enrollmentId],
    )
    expect(audit.rowCount).toBe(1)
  })
})
