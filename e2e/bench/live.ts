/** P12: from the commit of a change in PostgreSQL until the open live page shows it, in a real browser; against NOTIFY → listener in the same run. */
import pg from 'pg'
import { startTestServer } from '../harness/database.ts'
import { startPortal } from '../harness/portal.ts'
import { openBrowser, signedInContext } from './browser.ts'
import { type BenchRow, median, percentile } from './row.ts'

const REPEATS = 60

export async function bench(): Promise<BenchRow[]> {
  const server = await startTestServer()
  process.env.CERTDESK_TEST_DATABASE = server.adminUrl
  const portal = await startPortal({ env: { LOG_LEVEL: 'warn' } })
  const owner = new pg.Client({ connectionString: portal.database.ownerUrl })
  const listener = new pg.Client({ connectionString: portal.database.ownerUrl })
  await owner.connect()
  await listener.connect()
  const browser = await openBrowser()
  try {
    const context = await signedInContext(browser, portal)
    const token = await portal.certdesk('token', 'create', '--role', 'helpdesk', '--name', 'bench')
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const { items } = (await (await fetch(`${portal.url}/api/v1/profiles`, { headers })).json()) as { items: { name: string }[] }
    const user = {
      userid: 'bench.live',
      name: 'Bench Live',
      email: 'bench.live@example.test',
      attributes: { C: 'SE', L: 'Stockholm', O: 'Example AB', OU: 'Bench' },
    }
    await fetch(`${portal.url}/api/v1/users`, { method: 'POST', headers, body: JSON.stringify(user) })
    const started = (await (
      await fetch(`${portal.url}/api/v1/enrollments`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ userid: user.userid, profile: items[0]?.name }),
      })
    ).json()) as { id: string }
    const page = await context.newPage()
    await page.goto(`/enrollments/${started.id}`)
    await page.getByRole('textbox', { name: 'Offer link' }).waitFor()

    let heard = () => {}
    listener.on('notification', () => heard())
    await listener.query('listen certdesk')
    const toDom: number[] = []
    const toListener: number[] = []
    for (let n = 0; n < REPEATS; n += 1) {
      const uri = `com.nexusgroup.plugout:///?url=https%3a%2f%2fbench%2F${n}&token=${n}`
      const shown = page.evaluate(
        (wanted) =>
          new Promise<number>((done) => {
            const look = () => {
              const fields = [...document.querySelectorAll<HTMLInputElement>('input, textarea')]
              if (fields.some((field) => field.value === wanted)) done(performance.timeOrigin + performance.now())
              else requestAnimationFrame(look)
            }
            look()
          }),
        uri,
      )
      const told = new Promise<number>((done) => {
        heard = () => done(performance.timeOrigin + performance.now())
      })
      await owner.query(`update command set offer_uri = $2 where enrollment_id = $1 and kind = 'provision'`, [started.id, uri])
      const committed = performance.timeOrigin + performance.now()
      toListener.push(Math.max(0, (await told) - committed))
      toDom.push((await shown) - committed)
    }
    const p95 = percentile(toDom.slice(5), 95)
    const listen95 = percentile(toListener.slice(5), 95)
    return [
      {
        id: 'P12',
        title: `commit → DOM changed, n=${REPEATS - 5}`,
        figure: `p50 ${median(toDom).toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`,
        denominator: `NOTIFY → listener p95 ${listen95.toFixed(1)} ms`,
        ratio: p95 / Math.max(listen95, 0.1),
        target: 'p95 ≤ 250 ms',
        ok: p95 <= 250,
      },
    ]
  } finally {
    await browser.close()
    await owner.end()
    await listener.end()
    await portal.stop()
    await server.stop()
  }
}
