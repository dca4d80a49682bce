/**
 * P7: from the moment the phone's answer is posted to the callback endpoint until the certificate command stands at the messaging server,
 * 20 answers a second, with web, worker and PostgreSQL as separate processes. Answers are built beforehand with the independent peer's phone.
 */
import { createHash, generateKeyPairSync, randomUUID, sign, verify } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'
import { startTestServer } from '../harness/database.ts'
import { startPortal } from '../harness/portal.ts'
import { appJwk, buildAnswer } from '../peer/answer.mjs'
import { type BenchRow, median, percentile } from './row.ts'

const COUNT = 160
const PER_SECOND = 20
const HOST = '127.0.0.1'

interface Provision {
  command: { commandHeader: { externalId: string }; provCommand: { userid: string } }
  commandId: string
  destination: { to: string; bid: string; uri: string; mid: string; location: string }
}

export async function bench(): Promise<BenchRow[]> {
  const server = await startTestServer()
  process.env.CERTDESK_TEST_DATABASE = server.adminUrl
  const attestation = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const provisions: Provision[] = []
  const handedOver = new Map<string, number>()
  let wake = () => {}
  let nextId = 1000
  const hermod = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const command = JSON.parse(text)
    const base = `http://${request.headers.host}/hermod`
    const bid = randomUUID()
    const mid = randomUUID()
    const certificate = request.url?.endsWith('/certificate') ?? false
    if (certificate) handedOver.set(command.commandHeader.to[0].slice(1), performance.now())
    const destination = {
      to: certificate ? bid : '@tmp',
      bid,
      uri: `com.nexusgroup.plugout:///?url=${encodeURIComponent(`${base}/rest/ms/${bid}`)}&token=${randomUUID()}`,
      mid,
      location: `${base}/rest/ms/${bid}/${mid}`,
    }
    nextId += 1
    if (!certificate) provisions.push({ command, commandId: String(nextId), destination })
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify({
        commandId: String(nextId),
        destinations: [destination],
        commandType: certificate ? 'CERT' : 'PROV',
        state: 'IN_PROGRESS',
        fqdn: HOST,
      }),
    )
    wake()
  })
  await new Promise<void>((done) => hermod.listen(0, HOST, done))
  const { port } = hermod.address() as AddressInfo
  const portal = await startPortal({
    hermodUrl: `http://${HOST}:${port}/hermod`,
    attestationKeys: { ATTESTATION: [appJwk(attestation.publicKey, { kid: 'bench', use: 'sig' })] },
    env: { LOG_LEVEL: 'warn' },
  })
  const owner = new pg.Client({ connectionString: portal.database.ownerUrl })
  await owner.connect()
  try {
    const token = await portal.certdesk('token', 'create', '--role', 'helpdesk', '--name', 'bench')
    const api = async (path: string, body: unknown) => {
      const response = await fetch(`${portal.url}/api/v1${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    }
    const { items } = (await (
      await fetch(`${portal.url}/api/v1/profiles`, { headers: { authorization: `Bearer ${token}` } })
    ).json()) as { items: { name: string }[] }
    for (let n = 0; n < COUNT; n += 1) {
      await api('/users', {
        userid: `bench.${n}`,
        name: `Bench Person ${n}`,
        email: `bench.${n}@example.test`,
        attributes: { C: 'SE', L: 'Stockholm', O: 'Example AB', OU: 'Bench' },
      })
      await api('/enrollments', { userid: `bench.${n}`, profile: items[0]?.name })
    }
    const all = (reached: () => boolean) =>
      new Promise<void>((done, fail) => {
        const limit = setTimeout(
          () =>
            fail(
              new Error(
                `timed out: ${provisions.length} offers, ${handedOver.size} certificate commands\n${portal.log().slice(-2000)}`,
              ),
            ),
          180_000,
        )
        wake = () => {
          if (!reached()) return
          clearTimeout(limit)
          done()
        }
        wake()
      })
    await all(() => provisions.length >= COUNT)
    for (;;) {
      const { rows } = await owner.query(`select count(*)::int as n from enrollment where state = 'offered'`)
      if (rows[0].n >= COUNT) break
      await new Promise((next) => setTimeout(next, 200))
    }

    const bodies = provisions.map((item) => {
      const context = {
        attestation,
        fqdn: HOST,
        sch: createHash('sha256').update('bench').digest('base64'),
        boxUrl: `http://${HOST}:${port}/hermod/rest/ms/${randomUUID()}`,
        device: { operatingsystem: 'iOS (18.1)', name: 'Bench phone', model: 'iPhone' },
      }
      const { data } = buildAnswer(item.command, context)
      return {
        userid: item.command.provCommand.userid,
        body: JSON.stringify({
          responseHeader: { inReplyTo: item.destination.location, status: 200 },
          provResponse: { code: 0, result: { contenttype: 'jws', data } },
          commandId: item.commandId,
          externalId: item.command.commandHeader.externalId,
          destinations: [item.destination],
          commandType: 'PROV',
          state: 'COMPLETED',
          fqdn: HOST,
        }),
      }
    })
    const posted = new Map<string, number>()
    const acknowledged: number[] = []
    const start = performance.now()
    const authorization = `Basic ${Buffer.from(portal.callbackAuth).toString('base64')}`
    const requests = bodies.map(async ({ userid, body }, n) => {
      await new Promise((next) => setTimeout(next, Math.max(0, start + (n * 1000) / PER_SECOND - performance.now())))
      const at = performance.now()
      posted.set(userid, at)
      const response = await fetch(`${portal.url}/hermod/callback/provision`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body,
      })
      acknowledged.push(performance.now() - at)
      if (response.status !== 200) throw new Error(`callback: ${response.status}`)
    })
    await Promise.all([...requests, all(() => handedOver.size >= COUNT)])
    const latencies = [...posted].map(([userid, at]) => (handedOver.get(userid) ?? Number.NaN) - at).slice(20)

    const parts = bareParts(attestation.privateKey, attestation.publicKey)
    const commit = await bareCommit(owner)
    const bare = parts + 6 * commit
    const p95 = percentile(latencies, 95)
    const ack95 = percentile(acknowledged.slice(20), 95)
    return [
      {
        id: 'P7',
        title: `answer received → certificate command handed over, ${PER_SECOND}/s, n=${latencies.length}`,
        figure: `p50 ${median(latencies).toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`,
        denominator: `bare 3 verify + 1 sign + 6 commits ${bare.toFixed(1)} ms`,
        ratio: p95 / bare,
        target: 'p95 ≤ 100 ms',
        ok: p95 <= 100,
      },
      {
        id: 'P6',
        title: 'callback received → 200 during it',
        figure: `p95 ${ack95.toFixed(1)} ms`,
        denominator: `one INSERT + COMMIT ${commit.toFixed(2)} ms`,
        ratio: ack95 / commit,
        target: '≤ 15 ms',
        ok: ack95 <= 15,
      },
    ]
  } finally {
    await owner.end()
    await portal.stop()
    hermod.close()
    await server.stop()
  }
}

/** Median milliseconds of three RS256 verifications and one RS256 signature with ready keys. */
function bareParts(privateKey: Parameters<typeof sign>[2], publicKey: Parameters<typeof verify>[2]): number {
  const data = Buffer.alloc(1000, 1)
  const signature = sign('sha256', data, privateKey as never)
  const times = Array.from({ length: 50 }, () => {
    const at = performance.now()
    for (let n = 0; n < 3; n += 1) verify('sha256', data, publicKey as never, signature)
    sign('sha256', data, privateKey as never)
    return performance.now() - at
  })
  return median(times)
}

/** Median milliseconds of one INSERT with its commit. */
async function bareCommit(client: pg.Client): Promise<number> {
  await client.query('create table if not exists bench_commit (id bigint generated always as identity, body bytea)')
  const times: number[] = []
  for (let n = 0; n < 100; n += 1) {
    const at = performance.now()
    await client.query('insert into bench_commit (body) values ($1)', [Buffer.alloc(1000)])
    times.push(performance.now() - at)
  }
  return median(times)
}
