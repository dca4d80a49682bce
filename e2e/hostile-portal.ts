/**
 * What e2e/hostile.spec.ts stands on: a portal started the production way with a messaging server of the test's own, and enrolments begun
 * by REST and answered by the test in the phone's place. No browser.
 */
import { attestationKeysFile } from './builders/answer.ts'
import { answerCommand } from './builders/answer-command.ts'
import { test as base, expect, type Rest, type TestUser } from './fixtures.ts'
import { envelopeOf, findCommand, type HermodStub, type ReceivedCommand, startHermodStub } from './harness/hermod-stub.ts'
import { type Portal, startPortal } from './harness/portal.ts'
import { exchange, head, type RawExchange } from './harness/raw-http.ts'
import type { AnswerCase } from './matrix/case.ts'

interface Fixtures {
  hermod: HermodStub
  /** Bodies that come too slowly, begun with the portal, because refusing them takes the ten seconds of the limit. */
  slow: { stops: Promise<RawExchange>; dribbles: Promise<RawExchange> }
}

export const test = base.extend<object, Fixtures>({
  hermod: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures wanted from the pattern
    async ({}, use) => {
      const hermod = await startHermodStub()
      await use(hermod)
      await hermod.stop()
    },
    { scope: 'worker' },
  ],
  portal: [
    async ({ hermod }, use) => {
      const portal = await startPortal({ hermodUrl: hermod.url, attestationKeys: attestationKeysFile() })
      await use(portal)
      await portal.stop()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  slow: [
    async ({ portal }, use) => {
      const begun = `${post(portal, 'Content-Length: 2000')}{"commandId":`
      const stops = exchange(portal.url, begun)
      const dribbles = exchange(portal.url, (socket) => {
        socket.write(begun)
        const drop = setInterval(() => socket.write(' '), 200)
        socket.on('close', () => clearInterval(drop))
      })
      await use({ stops, dribbles })
    },
    { scope: 'worker', auto: true },
  ],
  // No page is opened, so no browser need be.
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures wanted from the pattern
  consoleGuard: async ({}, use) => use(undefined),
})

export const basicAuth = (portal: Portal): string => `Basic ${Buffer.from(portal.callbackAuth).toString('base64')}`
export const post = (portal: Portal, ...headers: string[]): string =>
  head(
    'POST /hermod/callback/provision HTTP/1.1',
    'Host: x',
    `Authorization: ${basicAuth(portal)}`,
    'Content-Type: application/json',
    ...headers,
  )

test.afterEach(async ({ portal }) => {
  expect((await fetch(`${portal.url}/api/ready`)).status).toBe(200)
  // A 5xx is always written down as an error.
  expect(portal.log().match(/"level":"(?:error|fatal)".*/g) ?? []).toEqual([])
})

export async function callBack(portal: Portal, kind: string, body: string | Uint8Array): Promise<number> {
  const response = await fetch(`${portal.url}/hermod/callback/${kind}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: basicAuth(portal) },
    body: Buffer.from(body),
  })
  return response.status
}

interface Enrollment {
  state: string
  failure: { code: string } | null
  certificates: unknown[]
}

export const look = async (rest: Rest, id: string) => (await rest('GET', `/enrollments/${id}`)).value as unknown as Enrollment
const quickly = { intervals: [20, 30, 50, 100] }
export const becomes = (rest: Rest, id: string, state: string) =>
  expect.poll(async () => (await look(rest, id)).state, quickly).toBe(state)

export async function start(rest: Rest, { userid }: TestUser): Promise<string> {
  const { status, value } = await rest('POST', '/enrollments', { userid, profile: 'Employee mobile ID' })
  expect(status, JSON.stringify(value)).toBe(201)
  return String(value.id)
}

/** Starts one, and waits until its command is with the messaging server. */
export async function offered(rest: Rest, hermod: HermodStub, user: TestUser) {
  const id = await start(rest, user)
  await becomes(rest, id, 'offered')
  return { id, command: findCommand(hermod, user.userid, 'provision') as ReceivedCommand }
}

export const deliveryOf = (hermod: HermodStub, { userid }: TestUser) =>
  findCommand(hermod, userid, 'certificate') as ReceivedCommand
const storedBy = (delivery: ReceivedCommand) => envelopeOf(delivery, { certResponse: { code: 0 } })

/** Lets the answer be posted by itself, then has the phone store the certificate. */
export async function completes(portal: Portal, rest: Rest, hermod: HermodStub, user: TestUser, id: string): Promise<void> {
  await becomes(rest, id, 'delivering')
  await expect.poll(() => deliveryOf(hermod, user) !== undefined, quickly).toBe(true)
  expect(await callBack(portal, 'certificate', storedBy(deliveryOf(hermod, user)))).toBe(200)
  await becomes(rest, id, 'completed')
  expect((await look(rest, id)).certificates).toHaveLength(1)
}

/** An enrolment of that person from beginning to end, the phone having a key of its own. */
export async function succeeds(portal: Portal, rest: Rest, hermod: HermodStub, user: TestUser, one?: AnswerCase): Promise<void> {
  const { id, command } = await offered(rest, hermod, user)
  expect(await callBack(portal, 'provision', answerCommand(command, one?.bends ?? {}, hermod, `phone of ${user.userid}`))).toBe(
    200,
  )
  await completes(portal, rest, hermod, user, id)
}
