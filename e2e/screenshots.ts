/**
 * `npm run screenshots [-- --all FOLDER]`: makes the README's pictures again from a freshly started portal; with --all every page and state,
 * light, dark and 390 px wide, into FOLDER, to be looked at after a change.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { BrowserContext, Page } from '@playwright/test'
import { openBrowser, signedInContext } from './bench/browser.ts'
import { startTestServer } from './harness/database.ts'
import { runToEnd, startPortal } from './harness/portal.ts'
import { prepareAdministration } from './screenshots-administration.ts'

const { values } = parseArgs({ options: { all: { type: 'string' } } })
const readme = join('e2e', 'screenshots')
const folder = values.all ?? readme
mkdirSync(folder, { recursive: true })

const server = await startTestServer()
process.env.CERTDESK_TEST_DATABASE = server.adminUrl
const portal = await startPortal({ env: { LOG_LEVEL: 'warn' } })
const browser = await openBrowser()
try {
  const token = await portal.certdesk('token', 'create', '--role', 'helpdesk', '--name', 'Service desk')
  const api = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${portal.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as Record<string, never>
  }
  const profile = ((await api('GET', '/profiles')) as unknown as { items: { name: string }[] }).items[0]?.name
  const someone = ((await api('GET', '/users?q=&limit=12')) as unknown as { items: { userid: string }[] }).items.map(
    (item) => item.userid,
  )
  const longName = {
    userid: 'long.name',
    name: 'Wolfeschlegelsteinhausenbergerdorff-Åkerström von Hohenlohe',
    email: 'wolfeschlegelsteinhausenbergerdorff.akerstrom.hohenlohe@subsidiary.example.test',
    department: 'Department of Long Names, Exceptional Cases and Interdepartmental Coordination',
    attributes: { C: 'SE', L: 'Göteborg', O: 'Example AB', OU: 'Long names' },
  }
  await api('POST', '/users', longName)

  const begin = async (userid: string) => {
    const { id } = (await api('POST', '/enrollments', { userid, profile })) as unknown as { id: string }
    for (;;) {
      const now = (await api('GET', `/enrollments/${id}`)) as unknown as { state: string; offer: { uri: string } | null }
      if (now.offer) return { id, uri: now.offer.uri }
      if (!['requesting', 'offered'].includes(now.state)) throw new Error(`the enrolment ended ${now.state}`)
      await new Promise((next) => setTimeout(next, 100))
    }
  }
  const answer = (uri: string, ...args: string[]) =>
    runToEnd(['lib/simulator/phone/main.ts', uri, ...args], { CERTDESK_DATA_DIR: portal.dataDir }).catch((error: unknown) =>
      String(error),
    )
  const ended: Record<string, string> = {}
  const outcomes: [string, string[]][] = [
    ['completed', []],
    ['rejected', ['--fault', 'subject-changed']],
    ['refused', ['--fault', 'refuse']],
    ['undelivered', ['--fault', 'certificate-refused']],
    ['leaked', ['--fault', 'private-key-leaked']],
  ]
  for (const [n, [name, args]] of outcomes.entries()) {
    const { id, uri } = await begin(someone[n] ?? longName.userid)
    await answer(uri, ...args)
    ended[name] = id
  }
  const live = await begin(someone[5] ?? longName.userid)
  const liveLong = await begin(longName.userid)
  const cancelled = await begin(someone[6] ?? longName.userid)
  await api('POST', `/enrollments/${cancelled.id}/cancel`)

  const staff = await signedInContext(browser, portal)
  const pages: [string, string][] = [
    ['sign-in', '/sign-in'],
    ['home', '/'],
    ['users', '/users'],
    ['users-search', '/users?q=an'],
    ['users-none', '/users?q=zzzzzz'],
    ['user', `/users/${someone[0]}`],
    ['user-long', `/users/${longName.userid}`],
    ['enrollments', '/enrollments'],
    ['new', `/enrollments/new?user=${someone[7]}`],
    ['new-pick', '/enrollments/new'],
    ['live', `/enrollments/${live.id}`],
    ['live-long', `/enrollments/${liveLong.id}`],
    ...Object.entries({ ...ended, cancelled: cancelled.id }).map(([name, id]): [string, string] => [name, `/enrollments/${id}`]),
    ['timeline', `/enrollments/${ended.completed}?tab=timeline`],
    ['evidence', `/enrollments/${ended.completed}?tab=evidence&check=C21`],
    ['evidence-failed', `/enrollments/${ended.rejected}?tab=evidence`],
    ['exchange', `/enrollments/${ended.completed}?tab=exchange`],
    ['certificate', `/enrollments/${ended.completed}?tab=certificate`],
    ['certificates', '/certificates'],
    ['phones', '/phones'],
    ['incidents', '/incidents'],
    ['not-found', '/enrollments/00000000-0000-4000-8000-000000000000'],
    ['phone', `/phone#offer=${encodeURIComponent(live.uri)}`],
  ]
  const inReadme = new Set([
    'live-light',
    'live-dark',
    'users-light',
    'evidence-light',
    'evidence-failed-light',
    'evidence-failed-narrow',
    'phone-light',
  ])
  const shoot = async (page: Page, name: string, path: string) => {
    await page.goto(path)
    await page.waitForLoadState('load')
    await page.evaluate(() => document.fonts.ready)
    if (name.startsWith('evidence')) await page.locator('button[data-marked]').first().waitFor()
    // What failed stands first, below what the checks came to.
    if (name === 'evidence-failed') await page.getByRole('tablist').evaluate((tabs) => tabs.scrollIntoView({ block: 'start' }))
    if (name === 'phone')
      await page
        .getByRole('heading', { name: /^(?!Opening)/ })
        .first()
        .waitFor()
    if (name === 'exchange') await page.locator('#panel-exchange').getByRole('button').first().waitFor()
    if (name.startsWith('live')) await page.getByRole('textbox', { name: 'Offer link' }).waitFor()
  }
  const looks = [
    ['light', { colorScheme: 'light', viewport: { width: 1280, height: 860 } }],
    ['dark', { colorScheme: 'dark', viewport: { width: 1280, height: 860 } }],
    ['narrow', { colorScheme: 'light', viewport: { width: 390, height: 844 } }],
  ] as const
  const take = async (who: BrowserContext, list: readonly [string, string][]) => {
    for (const [suffix, options] of looks) {
      const context = await browser.newContext({
        baseURL: portal.url,
        storageState: await who.storageState(),
        locale: 'en-GB',
        timezoneId: 'Europe/Stockholm',
        ...options,
      })
      for (const [name, path] of list) {
        const file = `${name}-${suffix}`
        if (!values.all && !inReadme.has(file)) continue
        const page = await context.newPage()
        if (name === 'sign-in') await page.context().clearCookies()
        await shoot(page, name, path)
        await page.screenshot({ path: join(folder, `${file}.png`), fullPage: Boolean(values.all) })
        await page.close()
        if (name === 'sign-in') await context.addCookies(await who.cookies())
      }
      await context.close()
    }
  }
  await take(staff, pages)
  if (values.all) {
    const [revoked] = ((await api('GET', `/enrollments/${ended.completed}`)) as unknown as { certificates: { id: string }[] })
      .certificates
    await api('POST', `/certificates/${revoked?.id}/revocation`, { reason: 'keyCompromise', note: 'left in a taxi' })
    const administrator = await signedInContext(browser, portal, 'admin')
    const { good, broken, breakCa } = await prepareAdministration(portal, administrator, someone[8] ?? longName.userid)
    await take(administrator, [...good, ['revoked', `/certificates/${revoked?.id}`]])
    await breakCa()
    await take(administrator, broken)
  }
  console.log(`Pictures are in ${folder}`)
} finally {
  await browser.close()
  await portal.stop()
  await server.stop()
}
process.exit(0)
