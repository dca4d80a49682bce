/**
 * The vendor's published exchange (e2e/vectors/nexus-example) through the real path: an enrolment stands as that provision command made it,
 * its callback arrives over HTTP, the checks judge it, the page shows it, the CA issues, and its last message completes it.
 * The messaging server here only plays back the example's replies.
 */

import { createHash, createPublicKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type pg from 'pg'
import { test as base, expect } from './fixtures.ts'
import { type Portal, startPortal } from './harness/portal.ts'
import { readCsr } from './peer/der.mjs'

const read = (name: string) => readFileSync(`e2e/vectors/nexus-example/${name}.json`, 'utf8')
const provisionCommand = JSON.parse(read('provision-command'))
const provisionCallback = JSON.parse(read('provision-callback'))
const certificateCommand = JSON.parse(read('certificate-command'))
const certificateCallback = JSON.parse(read('certificate-callback'))
const attestationKey = JSON.parse(
  Buffer.from(provisionCallback.provResponse.result.data.split('.')[0], 'base64url').toString(),
).jwk

const test = base.extend<object, { received: { path: string; body: Record<string, never> }[] }>({
  received: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures wanted from the pattern
    async ({}, use) => use([]),
    { scope: 'worker' },
  ],
  portal: [
    async ({ received }, use) => {
      const hermod = createServer(async (request, response) => {
        let body = ''
        for await (const chunk of request) body += chunk
        received.push({ path: request.url ?? '', body: JSON.parse(body) })
        const { responseHeader: _, certResponse: __, externalId: ___, ...reply } = certificateCallback
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end(JSON.stringify({ ...reply, state: 'IN_PROGRESS' }))
      })
      await new Promise<void>((done) => hermod.listen(0, '127.0.0.1', done))
      const { port } = hermod.address() as AddressInfo
      const portal = await startPortal({
        hermodUrl: `http://127.0.0.1:${port}/hermod`,
        fqdn: 'ext-cod1.test.nexusgroup.com',
        attestationKeys: { ATTESTATION: [attestationKey] },
      })
      await use(portal)
      await portal.stop()
      hermod.close()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
})

const post = (portal: Portal, kind: string, body: string) =>
  fetch(`${portal.url}/hermod/callback/${kind}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(portal.callbackAuth).toString('base64')}`,
    },
    body,
  })

/** Puts the enrolment where the example's provision command left it. Written by the database's owner: nothing else could choose a nonce. */
async function standAsInTheExample(sql: pg.Client): Promise<string> {
  const { provCommand, commandHeader } = provisionCommand
  const [destination] = provisionCallback.destinations
  const one = async (text: string, values: unknown[]) => (await sql.query(text, values)).rows[0].id as string
  const userId = await one(
    `insert into "user" (id, userid, name, email, attributes, updated_at) values (gen_random_uuid(), $1, 'Anders Wallbom', 'anders.wallbom@nexusgroup.com', $2, now()) returning id`,
    [provCommand.userid, { C: 'SE', L: 'Sto', O: 'Nexus Group AB', OU: 'Personal Mobile' }],
  )
  const { rows } = await sql.query(
    'select pv.definition, pv.issuer_id from profile_version pv join profile p on p.id = pv.profile_id order by p.position limit 1',
  )
  const profileId = await one(
    `insert into profile (id, name, title, position) values (gen_random_uuid(), $1, 'The vendor’s example', 9) returning id`,
    [provCommand.profile.name],
  )
  const versionId = await one(
    'insert into profile_version (id, profile_id, version, definition, issuer_id) values (gen_random_uuid(), $1, 1, $2, $3) returning id',
    [profileId, { ...rows[0].definition, servername: provCommand.profile.servername }, rows[0].issuer_id],
  )
  const id = await one(
    `insert into enrollment (id, user_id, profile_version_id, state, started_by_name) values (gen_random_uuid(), $1, $2, 'offered', 'Vendor example') returning id`,
    [userId, versionId],
  )
  const commandId = await one(
    `insert into command (id, enrollment_id, kind, attempt, state, external_id, nonce, request_body, hermod_command_id, offer_uri, bid, mid, location, timeout_s, lifespan_s, sent_at, expires_at)
     values (gen_random_uuid(), $1, 'provision', 1, 'sent', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now(), now() + interval '5 minutes') returning id`,
    [
      id,
      commandHeader.externalId,
      provCommand.nonce,
      read('provision-command'),
      provisionCallback.commandId,
      destination.uri,
      destination.bid,
      destination.mid,
      destination.location,
      commandHeader.timeout,
      commandHeader.lifespan,
    ],
  )
  for (const request of provCommand.profile.keygenrequests) {
    const der = Buffer.from(request.certreq, 'base64')
    const csr = readCsr(der)
    await sql.query(
      'insert into command_key (command_id, keyid, dummy_csr, dummy_spki_sha256, subject_der) values ($1, $2, $3, $4, $5)',
      [commandId, request.keyid, der, createHash('sha256').update(csr.spki).digest(), csr.subject],
    )
  }
  await sql.query('update enrollment set current_command_id = $2 where id = $1', [id, commandId])
  return id
}

const shapeOf = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(shapeOf)
    : value && typeof value === 'object'
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]))
      : typeof value

test('the vendor’s four messages go through the real path', async ({ page, portal, sql, rest, signIn, received }) => {
  const id = await standAsInTheExample(sql)
  await signIn()
  await page.goto(`/enrollments/${id}`)
  await expect(page.getByRole('textbox', { name: 'Offer link' })).toBeVisible()

  expect((await post(portal, 'provision', read('provision-callback'))).status).toBe(200)
  await expect(page.getByText('Anders’s iPhone').first()).toBeVisible()
  await expect(page.getByText('iOS (11.2.6)').first()).toBeVisible()
  await expect(page.getByText('CN=Anders Wallbom').first()).toBeVisible()

  await expect.poll(async () => (await rest('GET', `/enrollments/${id}`)).value.state).toBe('delivering')
  const evidence = (await rest('GET', `/enrollments/${id}/evidence`)).value as {
    verdict: string
    checks: { id: string; outcome: string }[]
  }
  expect(evidence.verdict).toBe('passed')
  expect(evidence.checks.filter((check) => !['pass', 'warn'].includes(check.outcome))).toEqual([])
  expect(evidence.checks).toHaveLength(25)
  const enrollment = (await rest('GET', `/enrollments/${id}`)).value
  expect(enrollment.device).toEqual({ name: 'Anders’s iPhone', model: 'iPhone', operatingsystem: 'iOS (11.2.6)' })

  await expect.poll(() => received.filter((command) => command.path.endsWith('/certificate')).length).toBe(1)
  const command = received.find((item) => item.path === '/hermod/rest/command/certificate')
    ?.body as unknown as typeof certificateCommand
  expect(shapeOf(command)).toEqual(shapeOf(certificateCommand))
  expect(command.commandHeader.to).toEqual(certificateCommand.commandHeader.to)
  expect(command.certCommand.profileid).toBe(certificateCommand.certCommand.profileid)
  expect(command.certCommand.certificates[0]).toMatchObject({ keyid: 'signer', keystate: 'ACTIVE' })
  const issued = new X509Certificate(Buffer.from(command.certCommand.certificates[0].data, 'base64'))
  const published = new X509Certificate(Buffer.from(certificateCommand.certCommand.certificates[0].data, 'base64'))
  expect(issued.subject).toBe(published.subject)
  expect(createPublicKey(issued.publicKey.export({ type: 'spki', format: 'pem' })).export({ format: 'jwk' })).toEqual(
    published.publicKey.export({ format: 'jwk' }),
  )

  // The example names both its commands "my-id"; ours are given names of their own, which the database never lets change. Only the owner
  // of the tables can give the row the example's name before its callback comes.
  await sql.query('alter table command disable trigger command_kept')
  await sql.query(`update command set external_id = $2 where enrollment_id = $1 and kind = 'certificate'`, [
    id,
    certificateCallback.externalId,
  ])
  await sql.query('alter table command enable trigger command_kept')
  expect((await post(portal, 'certificate', read('certificate-callback'))).status).toBe(200)
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/certificate is on the phone/i)
  expect((await rest('GET', `/enrollments/${id}`)).value.state).toBe('completed')
})
