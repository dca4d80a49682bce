/** Renewals over EST: when a certificate that replaces another is asked for at /simplereenroll. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { systemGrant } from '#lib/auth/permissions.ts'
import { makeKey } from '#lib/core/x509/certificate-fixtures.ts'
import { EST_DEFINITION, type EstFlow, startEstFlow } from './est-fixtures.ts'
import { issueCertificates } from './issue-certificates.ts'
import { insertIssuing } from './issuing-fixtures.ts'

const grant = systemGrant()
let flow: EstFlow
let counter = 0

beforeAll(async () => {
  flow = await startEstFlow()
})
afterAll(() => flow?.stop())
beforeEach(() => {
  flow.est.issued.length = 0
  flow.est.renewsForAuthorities = true
})

/** A connection and a profile of its own, which insertIssuing uses from now on. */
async function connect(renewal: 'enroll' | 'reenroll', definition = EST_DEFINITION): Promise<string> {
  const config = { clientCertificate: flow.est.client.certificate, basicUser: null, renewal }
  const secrets = { 'client-key': flow.est.client.key }
  const form = flow.form({ name: `est-${counter++}`, secrets, config })
  const { id } = await flow.save({ ...form, config: { ...form.config, ...config } })
  await flow.owner.query('UPDATE profile SET position = position + 1')
  await flow.addProfile(id, definition)
  flow.est.requests.length = 0
  return id
}

/** @returns where it was asked for, and how it stands */
async function enrol(
  user: { id?: string; name?: string } = {},
): Promise<{ userId: string; asked: string[]; state: string; detail: string }> {
  const { enrollmentId, userId } = await insertIssuing(flow.owner, [makeKey()], user)
  flow.est.requests.length = 0
  await issueCertificates(grant, flow.context, { enrollmentId })
  const { rows } = await flow.owner.query('SELECT state, failure_detail FROM enrollment WHERE id = $1', [enrollmentId])
  return { userId, asked: [...flow.est.requests], state: rows[0].state, detail: rows[0].failure_detail }
}

const ENROLL = { asked: ['POST simpleenroll'], state: 'delivering' }
const REENROLL = { asked: ['POST simplereenroll'], state: 'delivering' }

describe('a certificate that replaces one of the same subject from the same CA', () => {
  it('is asked for like any other unless the connection says otherwise', async () => {
    await connect('enroll')
    const { userId } = await enrol()
    expect(await enrol({ id: userId })).toMatchObject(ENROLL)
  })

  it('is asked for as a renewal where the connection says so; the first one, another person’s and another subject are not', async () => {
    await connect('reenroll')
    const first = await enrol()
    expect(first).toMatchObject(ENROLL)
    expect(await enrol({ id: first.userId })).toMatchObject(REENROLL)
    expect(await enrol()).toMatchObject(ENROLL)
    expect(await enrol({ id: first.userId, name: 'Åsa Nyberg' })).toMatchObject(ENROLL)
  })

  it('is none when the earlier one is revoked or has expired, or is another CA’s', async () => {
    await connect('reenroll')
    const { userId } = await enrol()
    await flow.owner.query(
      `UPDATE certificate SET status = 'revoked', revoked_at = now(), revocation_reason = 'superseded' WHERE user_id = $1`,
      [userId],
    )
    expect(await enrol({ id: userId })).toMatchObject(ENROLL)
    await flow.owner.query(
      `UPDATE certificate SET not_after = now() - interval '1 second', not_before = now() - interval '1 day' WHERE user_id = $1`,
      [userId],
    )
    expect(await enrol({ id: userId })).toMatchObject(ENROLL)
    await connect('reenroll')
    expect(await enrol({ id: userId })).toMatchObject(ENROLL)
  })

  it('is none when the earlier one has alternative names, which the request cannot repeat', async () => {
    await connect('reenroll', { ...EST_DEFINITION, certificate: { ...EST_DEFINITION.certificate, subjectAltNameEmail: true } })
    const { userId } = await enrol()
    expect(await enrol({ id: userId })).toMatchObject({ asked: ['POST simpleenroll'] })
  })

  it('a CA that lets nobody renew for others refuses, in its words', async () => {
    await connect('reenroll')
    const { userId } = await enrol()
    flow.est.renewsForAuthorities = false
    expect(await enrol({ id: userId })).toMatchObject({
      asked: ['POST simplereenroll'],
      state: 'failed',
      detail: expect.stringMatching(/HTTP 403.*Only the holder of a certificate renews it/),
    })
  })

  it('stays what it was prepared as, though the earlier one is revoked before the CA is asked', async () => {
    await connect('reenroll')
    const { userId } = await enrol()
    const { enrollmentId } = await insertIssuing(flow.owner, [makeKey()], { id: userId })
    flow.est.requests.length = 0
    flow.est.fault = 'busy'
    await issueCertificates(grant, flow.context, { enrollmentId })
    flow.est.fault = null
    await flow.owner.query(
      `UPDATE certificate SET status = 'revoked', revoked_at = now(), revocation_reason = 'superseded' WHERE user_id = $1 AND status = 'issued'`,
      [userId],
    )
    await issueCertificates(grant, flow.context, { enrollmentId })
    expect(flow.est.requests).toEqual(['POST simplereenroll', 'POST simplereenroll'])
  })
})
