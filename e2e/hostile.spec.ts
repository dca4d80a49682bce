/**
 * The list of hostile and bad inputs over a real socket, against a portal started the production way: cases of the matrix posted as the
 * messaging server would, up to what the enrolment, its evidence and its certificates are afterwards; and what no HTTP client would send.
 * Every other case of the matrix is posted to the same handler in lib/jobs/hostile-*.db.test.ts and app/hermod/callback.
 */
import type { Socket } from 'node:net'
import type { Client } from 'pg'
import { answerCommand } from './builders/answer-command.ts'
import { expect } from './fixtures.ts'
import { envelopeOf } from './harness/hermod-stub.ts'
import { exchange, head } from './harness/raw-http.ts'
import {
  basicAuth,
  becomes,
  callBack,
  completes,
  deliveryOf,
  look,
  offered,
  post,
  start,
  succeeds,
  test,
} from './hostile-portal.ts'
import { ANSWER_CASES } from './matrix/answers.ts'
import { type AnswerCase, isMessageOnly } from './matrix/case.ts'
import { TRANSPORT_CASES, type TransportCase } from './matrix/transport.ts'

// One portal for all: they would be shared out to several otherwise.
test.describe.configure({ mode: 'default' })

interface Check {
  id: string
  outcome: string
}

const caseOf = (id: string): AnswerCase => {
  const found = ANSWER_CASES.find((one) => one.id === id && isMessageOnly(one) && one.input.name !== 'vendorExample')
  if (!found) throw new Error(`no case of ${id}`)
  return found
}

/** "C9 | C11(C9) | …" of a case: the checks that fail, and those that could not be made. */
const checksOf = ({ outcome }: AnswerCase): string[][] =>
  [0, 1].map((at) =>
    (outcome.split(' | ')[at] ?? '')
      .replace(/\([^)]*\)/g, '')
      .split(' ')
      .filter(Boolean),
  )

for (const id of ['P-2', 'P-4', 'P-5']) {
  const one = caseOf(id)
  test(`${id} ${one.title}: accepted over HTTP, a certificate, completed`, async ({ portal, rest, hermod, newUser }) => {
    await succeeds(portal, rest, hermod, await newUser(), one)
  })
}

test('P-10 an answer over HTTP before our own request to the messaging server was answered', async ({
  portal,
  rest,
  hermod,
  newUser,
}) => {
  const user = await newUser()
  let status = 0
  hermod.odd.push(async (_request, response, command) => {
    status = await callBack(portal, 'provision', answerCommand(command, {}, hermod, `phone of ${user.userid}`))
    hermod.answer(command, response)
  })
  const id = await start(rest, user)
  await completes(portal, rest, hermod, user, id)
  expect(status).toBe(200)
})

// biome-ignore format: a group of the list a line
const REFUSED = [
  'F-O1', 'F-O5', 'F-O9', 'F-O13',
  'F-N1', 'F-N2', 'F-N10',
  'F-B1', 'F-B6', 'F-B8',
  'F-C1', 'F-C3', 'F-C13',
]
for (const id of REFUSED) {
  const one = caseOf(id)
  test(`${id} ${one.title}: refused over HTTP as ${one.code}, and the next enrolment works`, async ({
    portal,
    rest,
    hermod,
    newUser,
  }) => {
    const user = await newUser()
    const bad = await offered(rest, hermod, user)
    expect(await callBack(portal, 'provision', answerCommand(bad.command, one.bends, hermod))).toBe(200)
    await becomes(rest, bad.id, 'rejected')
    const { failure, certificates } = await look(rest, bad.id)
    expect([failure?.code, certificates]).toEqual([one.code, []])
    const { verdict, checks } = (await rest('GET', `/enrollments/${bad.id}/evidence`)).value as {
      verdict: string
      checks: Check[]
    }
    const ended = (outcome: string) => checks.filter((check) => check.outcome === outcome).map((check) => check.id)
    expect(verdict).toBe('failed')
    expect([ended('fail'), ended('skipped')]).toEqual(checksOf(one))
    await succeeds(portal, rest, hermod, user)
  })
}

test('F-B2 an answer with the nonce of somebody else’s offer, and F-B4 F-S1 a good one ten times over', async ({
  portal,
  rest,
  hermod,
  newUser,
}) => {
  const [victim, attacker] = [await newUser(), await newUser()]
  const one = await offered(rest, hermod, victim)
  const two = await offered(rest, hermod, attacker)
  const { nonce } = one.command.body.provCommand
  const stolen = answerCommand(two.command, { header: (h) => ({ ...h, nonce }), innerHeader: (h) => ({ ...h, nonce }) }, hermod)
  expect(await callBack(portal, 'provision', stolen)).toBe(200)
  await becomes(rest, two.id, 'rejected')
  expect((await look(rest, two.id)).failure?.code).toBe('nonce')

  const good = answerCommand(one.command, {}, hermod, `phone of ${victim.userid}`)
  const statuses = await Promise.all(Array.from({ length: 10 }, () => callBack(portal, 'provision', good)))
  expect(statuses).toEqual(Array.from({ length: 10 }, () => 200))
  await completes(portal, rest, hermod, victim, one.id)
  expect(await callBack(portal, 'provision', good)).toBe(200)
  expect((await look(rest, one.id)).certificates).toHaveLength(1)
  expect(hermod.commands.filter((command) => command === deliveryOf(hermod, victim))).toHaveLength(1)
})

test('F-S6 a message that names no command of ours, and one that is no JSON, are kept aside: nothing moves', async ({
  portal,
  rest,
  hermod,
  newUser,
  sql,
}) => {
  const user = await newUser()
  const { id, command } = await offered(rest, hermod, user)
  const unknown = envelopeOf({ ...command, commandId: '1' }, { provResponse: { code: 0 } }, { externalId: id })
  for (const body of [unknown, '{"commandId":', '']) expect(await callBack(portal, 'provision', body)).toBe(200)
  const aside = async () =>
    (
      await sql.query(`select count(*)::int as n from callback where state = 'quarantined' and body = any($1)`, [
        [Buffer.from(unknown), Buffer.from('{"commandId":')],
      ])
    ).rows[0].n
  await expect.poll(aside).toBe(2)
  expect((await look(rest, id)).state).toBe('offered')
})

const rowsOf = (table: readonly TransportCase[]): [string, TransportCase[]][] =>
  [...new Set(table.map(({ id }) => id))].map((id) => [id, table.filter((one) => one.id === id)])

for (const [id, cases] of rowsOf(TRANSPORT_CASES))
  test(`${id} refused before it is read (${cases.length} of the matrix), nothing is kept`, async ({ portal, sql }) => {
    const before = await kept(sql)
    for (const one of cases) {
      const { statuses } = await exchange(portal.url, (socket) => writeCase(socket, one, basicAuth(portal)))
      expect([one.title, ...statuses]).toEqual([one.title, one.status])
    }
    expect(await kept(sql)).toEqual(before)
  })

/** Callbacks in the database, and how often one came again. */
const kept = async (sql: Client) =>
  (await sql.query('select count(*)::int as callbacks, coalesce(sum(repeats), 0)::int as repeats from callback')).rows[0]

function writeCase(socket: Socket, { method, path, headers, auth, body }: TransportCase, right: string): void {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  if (auth !== null) lines.push(`authorization: ${auth === 'good' ? right : auth.raw}`)
  const begin = (...more: string[]) =>
    socket.write(head(`${method} /hermod/callback${path} HTTP/1.1`, 'host: x', 'connection: close', ...lines, ...more))
  if (body === null) return void begin()
  if (body === 'never ends') {
    begin('transfer-encoding: chunked')
    // The piece that crosses the limit is the last that is written: who still writes may find the connection reset instead of the answer.
    for (let piece = 0; piece < 5; piece++) socket.write(chunk(' '.repeat(0x4000)))
    return
  }
  const octets = Buffer.from(body())
  begin(`content-length: ${octets.length}`)
  // What is refused by the length it promises is never sent.
  socket.write(octets.subarray(0, 65_537))
}

const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`
const BODY = '{"a":1}'
const CHUNKED = 'Transfer-Encoding: chunked'
const LENGTH = `Content-Length: ${BODY.length}`
const CLOSE = 'Connection: close'

/** What is wrong, the statuses that come back before the connection ends, headers and octets after them. */
const MISFRAMED: [what: string, statuses: number[], headers: string[], body: string | ((socket: Socket) => void)][] = [
  ['a chunk whose size is no number', [400], [CHUNKED], `zz\r\n${BODY}\r\n0\r\n\r\n`],
  ['a chunk of negative size', [400], [CHUNKED], `-1\r\n${BODY}\r\n0\r\n\r\n`],
  ['a chunk longer than it says', [400], [CHUNKED], `7\r\n${BODY}XX\r\n0\r\n\r\n`],
  ['chunks and a length', [400], [CHUNKED, LENGTH], `${chunk(BODY)}0\r\n\r\n`],
  ['two lengths', [400], [LENGTH, 'Content-Length: 8'], BODY],
  ['a length that is no number', [400], ['Content-Length: 7x'], BODY],
  ['a negative length', [400], ['Content-Length: -7'], BODY],
  ['a header with NUL', [400], ['X-A: a\0b', LENGTH], BODY],
  ['a header of 17 kB', [431], [`X-Big: ${'a'.repeat(17_000)}`, LENGTH], BODY],
  ['two thousand headers', [431], [...Array.from({ length: 2000 }, (_, i) => `x${i}: 1`), LENGTH], BODY],
  ['70 000 octets, promised', [413], ['Content-Length: 70000'], ' '.repeat(66_000)],
  ['70 000 octets, not promised', [413], [CHUNKED], chunk(' '.repeat(70_000))],
  ['an end before the promised length', [400], ['Content-Length: 700'], (socket) => socket.end(BODY)],
  ['an end before the last chunk', [400], [CHUNKED], (socket) => socket.end(chunk(BODY))],
  ['a caller who is gone in the middle', [], ['Content-Length: 700'], (socket) => socket.write(BODY, () => socket.destroy())],
]

test(`F-S13 F-O18 framing that is broken, in ${MISFRAMED.length} ways: 400, 413 or 431, closed, nothing kept`, async ({
  portal,
  sql,
}) => {
  const before = await kept(sql)
  for (const [what, expected, headers, body] of MISFRAMED) {
    const { statuses } = await exchange(portal.url, (socket) => {
      socket.write(post(portal, ...headers))
      if (typeof body === 'string') socket.write(body)
      else body(socket)
    })
    expect([what, ...statuses]).toEqual([what, ...expected])
  }
  for (const garbage of ['\x16\x03\x01\0\xa5\x01\0\0\xa1', 'POST / HTTP/9.9\r\n\r\n', '\0'.repeat(9)])
    expect((await exchange(portal.url, garbage)).statuses).toEqual([400])
  expect(await kept(sql)).toEqual(before)
})

test('F-S13 requests behind one another: good ones are each answered, rubbish ends the connection with 400', async ({
  portal,
}) => {
  const one = post(portal, LENGTH) + BODY
  expect((await exchange(portal.url, one + one + post(portal, LENGTH, CLOSE) + BODY)).statuses).toEqual([200, 200, 200])
  // An answer that is still being made when the rubbish arrives may be lost with the connection; the messaging server would ask again.
  for (const rubbish of [`${one}RUBBISH\r\n\r\n`, `${post(portal, 'Content-Length: 4')}${BODY}`]) {
    const { statuses } = await exchange(portal.url, rubbish)
    expect(statuses.at(-1)).toBe(400)
    expect(statuses.slice(0, -1).filter((status) => status !== 200)).toEqual([])
  }
})

test('F-S13 a body that stops and one that dribbles: 408 at the limit of ten seconds, and the connection is closed', async ({
  slow,
}) => {
  for (const { statuses, text, tookMs } of await Promise.all([slow.stops, slow.dribbles])) {
    expect([statuses, text]).toEqual([[408], expect.stringMatching(/^connection: close\r$/im)])
    expect(tookMs).toBeGreaterThan(9_000)
    // The limit, and what two busy cores may add.
    expect(tookMs).toBeLessThan(20_000)
  }
})
