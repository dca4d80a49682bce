/** Odd addresses are the caller's mistake: never a 5xx, never a stack trace. */
import { expect, test } from './fixtures.ts'

const ODD = [
  '/users/%E0%A4%A',
  '/api/v1/users/%E0%A4%A',
  '/hermod/callback/%E0%A4%A',
  '/pki/%E0',
  '/enroll/%E0%A4%A',
  '/enrollments/%00',
  '/users?q=%E0%A4%A',
  '/users?page=-1&sort=evil',
  '/certificates?page=99999999999999999999&status=none',
  '/_next/image?url=http%3A%2F%2F127.0.0.1%2F&w=64&q=75',
  '//evil.example/',
]

for (const address of ODD)
  test(`${address} is answered without a server error`, async ({ portal }) => {
    const response = await fetch(portal.url + address, { redirect: 'manual' })
    expect(response.status).toBeLessThan(500)
    expect(await response.text()).not.toMatch(/node_modules|\.ts:\d+|at Object\./)
    expect(response.headers.get('x-powered-by')).toBeNull()
  })
