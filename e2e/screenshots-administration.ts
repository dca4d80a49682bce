/** What administrators see, for `npm run screenshots -- --all`: a CA of somebody else that works and then breaks, readiness, profiles, attestation. */
import { randomUUID } from 'node:crypto'
import type { BrowserContext } from '@playwright/test'
import pg from 'pg'
import type { Portal } from './harness/portal.ts'
import { startEstServer } from './peers/est-server.ts'

export interface AdministrationPages {
  /** While all is well. */
  good: [name: string, path: string][]
  /** After `breakCa`. */
  broken: [name: string, path: string][]
  breakCa(): Promise<void>
}

const CA = 'head-office-est'

/** Adds the CA on the page and a profile for it. @param staff signed in as an administrator @param userid whose enrolment is about to start */
export async function prepareAdministration(portal: Portal, staff: BrowserContext, userid: string): Promise<AdministrationPages> {
  const est = await startEstServer()
  const page = await staff.newPage()
  await page.goto('/settings/connections/new?kind=est')
  await page.getByLabel('Name', { exact: true }).fill(CA)
  await page.getByLabel('Address').fill(est.url)
  await page.getByLabel(/SHA-256 fingerprint/).fill(est.anchorSha256)
  await page.getByLabel(/Who issues the server’s TLS certificate/).fill(est.tlsCa)
  await page.getByLabel(/User name \(HTTP Basic\)/).fill(est.basic.user)
  await page.getByLabel(/^Password/).fill(est.basic.password)
  await page.getByRole('button', { name: 'Save and test' }).click()
  const card = page.getByRole('region', { name: CA })
  await card.getByText('Works').waitFor()
  const address = await card.getByRole('link', { name: /^Change/ }).getAttribute('href')
  await page
    .getByRole('region', { name: 'Messaging server (Hermod)' })
    .getByRole('button', { name: /^Test: / })
    .click()

  const owner = new pg.Client({ connectionString: portal.database.ownerUrl })
  await owner.connect()
  const { rows } = await owner.query<{ id: string }>(
    `WITH made AS (INSERT INTO profile (id, name, title, position) VALUES ($1, $2, $2, -1) RETURNING id)
     INSERT INTO profile_version (id, profile_id, version, definition, issuer_id)
     SELECT $3, made.id, 1, jsonb_set(v.definition, '{certificate,validityDays}', '90'), (SELECT id FROM issuer WHERE name = $4)
     FROM made, profile_version v JOIN profile p ON p.id = v.profile_id WHERE p.name = 'Employee mobile ID' ORDER BY v.version DESC LIMIT 1
     RETURNING profile_id AS id`,
    [randomUUID(), 'Head office', randomUUID(), CA],
  )
  await owner.end()
  const enrol = `/enrollments/new?user=${encodeURIComponent(userid)}`
  return {
    good: [
      ['admin-home', '/'],
      ['settings', '/settings'],
      ['connections', '/settings/connections'],
      ['connection', address ?? '/settings/connections'],
      ['connection-new-est', '/settings/connections/new?kind=est'],
      ['connection-new-scep', '/settings/connections/new?kind=scep'],
      ['profiles', '/settings/profiles'],
      ['profile', `/settings/profiles/${rows[0]?.id}`],
      ['profile-new', '/settings/profiles/new'],
      ['attestation', '/settings/attestation'],
      ['readiness', enrol],
    ],
    broken: [
      ['connections-broken', '/settings/connections'],
      ['readiness-broken', enrol],
      ['home-broken', '/'],
    ],
    async breakCa() {
      await est.stop()
      await page.goto('/settings/connections')
      await card.getByRole('button', { name: /^Test: / }).click()
      await card
        .getByText(/The CA cannot be reached/)
        .first()
        .waitFor()
      await page.close()
    },
  }
}
