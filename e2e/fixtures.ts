/**
 * What browser tests stand on: a portal of this test worker's own (database, simulator, web, worker), a signed-in page, users made for
 * the test alone, and phones. A page that logs an error to its console fails its test.
 */
import { AxeBuilder } from '@axe-core/playwright'
import { test as base, type Cookie, expect, type Page } from '@playwright/test'
import pg from 'pg'
import { type Portal, runToEnd, startPortal } from './harness/portal.ts'

export interface TestUser {
  userid: string
  name: string
  email: string
}

export type Rest = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<{ status: number; value: Record<string, unknown> }>

type Role = 'admin' | 'helpdesk' | 'auditor'

interface Account {
  email: string
  password: string
}

interface WorkerFixtures {
  portal: Portal
  /** The helpdesk's. */
  account: Account
  /** One account of each role that is asked for. */
  accountOf: (role: Role) => Promise<Account>
  /** Who signed in stays so for the next test: typing a password each time is the test of sign-in.spec.ts alone. */
  sessions: Map<Role, Cookie[]>
  rest: Rest
}

interface TestFixtures {
  /** Signs the page in as helpdesk and leaves it on the home page. */
  signIn: () => Promise<void>
  /** Signs the page, or another, in as somebody of that role and leaves it on the home page. */
  signInAs: (role: Role, page?: Page) => Promise<void>
  newUser: (over?: Partial<TestUser>) => Promise<TestUser>
  /** Starts an enrolment through the pages; resolves on the live page with the offer shown. */
  startEnrollment: (user: TestUser) => Promise<{ id: string; offer: string }>
  /** Answers an offer with the command-line phone. Resolves to what it printed; rejects when the phone ends without a certificate. */
  commandLinePhone: (offer: string, ...args: string[]) => Promise<string>
  /** Somebody new, enrolled by the helpdesk with the command-line phone: the certificate is on the phone, and the page is the enrolment's. */
  enrolled: (over?: Partial<TestUser>) => Promise<{ id: string; user: TestUser }>
  sql: pg.Client
  /** Fails if axe finds anything on the page as it is now. */
  expectAccessible: (page?: Page) => Promise<void>
  /** Texts of console errors that this test provokes on purpose. */
  allowConsoleErrors: (pattern: RegExp) => void
}

const NAMES: Record<Role, string> = { admin: 'Ada Admin', helpdesk: 'Hanna Helpdesk', auditor: 'Aud Auditor' }

/** What `certdesk account create` says last. */
const printedPassword = (printed: string): string =>
  printed
    .split('\n')
    .at(-1)
    ?.replace(/^.*:\s*/, '')
    .trim() ?? ''

const navigationOf = (page: Page) => page.getByRole('navigation', { name: 'Main' })

async function fillSignIn(page: Page, { email, password }: Account): Promise<void> {
  await page.goto('/sign-in')
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(navigationOf(page)).toBeVisible()
}

export const test = base.extend<TestFixtures & { consoleGuard: undefined; allowed: RegExp[] }, WorkerFixtures>({
  portal: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures wanted from the pattern
    async ({}, use) => {
      const portal = await startPortal()
      await use(portal)
      await portal.stop()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  accountOf: [
    async ({ portal }, use) => {
      const made = new Map<Role, Promise<Account>>()
      const make = async (role: Role): Promise<Account> => {
        const email = `${role}@example.test`
        const printed = await portal.certdesk('account', 'create', '--role', role, '--email', email, '--name', NAMES[role])
        return { email, password: printedPassword(printed) }
      }
      await use((role) => {
        const account = made.get(role) ?? make(role)
        made.set(role, account)
        return account
      })
    },
    { scope: 'worker' },
  ],
  account: [async ({ accountOf }, use) => use(await accountOf('helpdesk')), { scope: 'worker' }],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures wanted from the pattern
  sessions: [async ({}, use) => use(new Map()), { scope: 'worker' }],
  rest: [
    async ({ portal }, use) => {
      const token = await portal.certdesk('token', 'create', '--role', 'helpdesk', '--name', 'browser tests')
      await use(async (method, path, body, headers = {}) => {
        const response = await fetch(`${portal.url}/api/v1${path}`, {
          method,
          headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
          ...(body ? { body: JSON.stringify(body) } : {}),
        })
        const text = await response.text()
        return { status: response.status, value: text ? (JSON.parse(text) as Record<string, unknown>) : {} }
      })
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ portal }, use) => use(portal.url),
  allowed: async ({ portal: _ }, use) => use([]),
  allowConsoleErrors: async ({ allowed }, use) =>
    use((pattern) => {
      allowed.push(pattern)
    }),
  consoleGuard: [
    async ({ context, allowed }, use) => {
      const errors: string[] = []
      context.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text())
      })
      context.on('weberror', (error) => errors.push(String(error.error())))
      await use(undefined)
      expect(errors.filter((text) => !allowed.some((pattern) => pattern.test(text)))).toEqual([])
    },
    { auto: true },
  ],
  signIn: async ({ signInAs }, use) => {
    await use(() => signInAs('helpdesk'))
  },
  signInAs: async ({ page: own, accountOf, sessions }, use) => {
    await use(async (role, page = own) => {
      const session = sessions.get(role)
      // Whoever is signed in already is not asked again who they are.
      await page.context().clearCookies()
      if (session) {
        await page.context().addCookies(session)
        await page.goto('/')
        await expect(navigationOf(page)).toBeVisible()
        return
      }
      await fillSignIn(page, await accountOf(role))
      sessions.set(role, await page.context().cookies())
    })
  },
  newUser: async ({ rest }, use, info) => {
    let count = 0
    await use(async (over = {}) => {
      count += 1
      const unique = `${info.testId.slice(-8)}.${info.parallelIndex}.${Date.now().toString(36)}.${count}`
      const user = { userid: `t.${unique}`, name: `Åsa Öberg ${count}`, email: `t.${unique}@example.test`, ...over }
      const { status, value } = await rest('POST', '/users', {
        ...user,
        attributes: { C: 'SE', L: 'Stockholm', O: 'Example AB', OU: 'Support' },
      })
      expect(status, JSON.stringify(value)).toBe(201)
      return user
    })
  },
  startEnrollment: async ({ page }, use) => {
    await use(async (user) => {
      await page.goto(`/enrollments/new?user=${encodeURIComponent(user.userid)}`)
      const profile = page.getByRole('radio', { name: /Employee mobile ID/ })
      if (await profile.count()) await profile.check()
      await page.getByRole('button', { name: 'Show the code here' }).click()
      await page.waitForURL(/\/enrollments\/[0-9a-f-]{36}/)
      const field = page.getByRole('textbox', { name: 'Offer link' })
      await expect(field).toHaveValue(/^com\.nexusgroup\.plugout:/)
      const id = /enrollments\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? ''
      return { id, offer: await field.inputValue() }
    })
  },
  commandLinePhone: async ({ portal }, use) => {
    await use((offer, ...args) =>
      runToEnd(['lib/simulator/phone/main.ts', offer, ...args], { CERTDESK_DATA_DIR: portal.dataDir }),
    )
  },
  enrolled: async ({ signIn, newUser, startEnrollment, commandLinePhone }, use) => {
    await use(async (over) => {
      const user = await newUser(over)
      await signIn()
      const { id, offer } = await startEnrollment(user)
      await commandLinePhone(offer)
      return { id, user }
    })
  },
  sql: async ({ portal }, use) => {
    const client = new pg.Client({ connectionString: portal.database.ownerUrl })
    await client.connect()
    await use(client)
    await client.end()
  },
  expectAccessible: async ({ page }, use) => {
    await use(async (target = page) => {
      const { violations } = await new AxeBuilder({ page: target })
        // Without a second page to put frames together on, which takes as long again: there are no frames (CSP).
        .setLegacyMode()
        .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
        .analyze()
      expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(' | ')}`)).toEqual([])
    })
  },
})

export { expect }
