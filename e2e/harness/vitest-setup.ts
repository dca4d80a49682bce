/** Before the database tests: a server with the migrated template, unless `npm test` has started one. */
import { startTestServer } from './database.ts'

export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.CERTDESK_TEST_DATABASE) return
  const server = await startTestServer()
  process.env.CERTDESK_TEST_DATABASE = server.adminUrl
  return () => server.stop()
}
