/** Before the browser tests: a database server for the run (unless `npm test` has one already) and a build of the pages. */
import { existsSync } from 'node:fs'
import { startTestServer } from './database.ts'

export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (!existsSync('.next/BUILD_ID')) throw new Error('There is no build of the pages: run "npm run build" first, or "npm test".')
  if (process.env.CERTDESK_TEST_DATABASE) return
  const server = await startTestServer()
  process.env.CERTDESK_TEST_DATABASE = server.adminUrl
  return () => server.stop()
}
