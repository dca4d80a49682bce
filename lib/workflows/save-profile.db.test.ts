import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Actor, authorize } from '#lib/auth/permissions.ts'
import { fixedClock } from '#lib/clock.ts'
import type { ProfileDefinition } from '#lib/core/enrollment/profile.ts'
import { getProfileSettings, listIssuerChoices, listProfileSettings } from '#lib/data/profile-settings.ts'
import { reorderProfile, reviewProfile, saveProfile, switchProfile } from './save-profile.ts'
import { admin, definition, edit, type ProfileTests, startProfileTests, toSave } from './save-profile-fixtures.ts'
import { startEnrollment } from './start-enrollment.ts'

const other: Actor = { ...admin, id: 'a2', name: 'Olle Other' }
const grant = authorize(admin, 'settings:manage')

let tests: ProfileTests
let owner: pg.Client
let issuerId: string

beforeAll(async () => {
  tests = await startProfileTests()
  ;({ owner, issuerId } = tests)
})
afterAll(() => tests?.stop())

async function auditOf(id: string): Promise<{ action: string; actor: string; detail: Record<string, unknown> }[]> {
  const { rows } = await owner.query(
    `SELECT action, actor_name AS actor, detail FROM audit_entry WHERE object_kind = 'profile' AND object_id = $1 ORDER BY seq`,
    [id],
  )
  return rows
}

describe('a new profile', () => {
  it('is version 1, offered behind all others, and written down with who made it', async () => {
    const profile = toSave(issuerId)
    const { id, version } = await saveProfile(grant, profile)
    expect(version).toBe(1)
    const saved = await getProfileSettings(grant, id)
    expect(saved).toMatchObject({ name: profile.name, enabled: true, running: 0 })
    expect(saved?.versions).toMatchObject([{ version: 1, createdBy: 'Ada Admin', issuerId, definition: profile.definition }])
    expect((await listProfileSettings(grant)).at(-1)?.id).toBe(id)
    expect(await auditOf(id)).toEqual([
      { action: 'profile.created', actor: 'Ada Admin', detail: { name: profile.name, version: 1 } },
    ])
  })

  it('cannot take a name that there is', async () => {
    await expect(saveProfile(grant, toSave(issuerId, { name: 'VPN access' }))).rejects.toMatchObject({
      code: 'conflict',
      fields: { name: expect.any(String) },
    })
  })

  it('is nobody’s to make but an administrator’s', () => {
    for (const role of ['helpdesk', 'auditor', 'user'] as const)
      expect(() => authorize({ ...admin, role }, 'settings:manage')).toThrow(expect.objectContaining({ code: 'not_allowed' }))
    expect(() => authorize({ ...admin, role: 'auditor' }, 'settings:read')).not.toThrow()
  })
})

describe('a change', () => {
  it('makes a new version; the old one stays as it was, and the audit says what changed', async () => {
    const profile = toSave(issuerId)
    const { id } = await saveProfile(grant, profile)
    const changed = definition({ offerTimeoutS: 120, keys: [{ keyid: 'sign', usage: 'SIG', keyTypes: ['RSA-2048'] }] })
    const review = await reviewProfile(grant, edit(id, profile, 1, { definition: changed }))
    expect(review).toMatchObject({ nextVersion: 2, running: 0 })
    expect(review.changes.map(({ field }) => field).toSorted()).toEqual(['keys.auth', 'keys.sign', 'offerTimeoutS'])
    expect((await getProfileSettings(grant, id))?.versions).toHaveLength(1)

    expect(await saveProfile(grant, edit(id, profile, 1, { definition: changed }))).toEqual({ id, version: 2 })
    const versions = (await getProfileSettings(grant, id))?.versions ?? []
    expect(versions.map((one) => one.version)).toEqual([2, 1])
    expect(versions[0]?.definition).toEqual(changed)
    expect(versions[1]?.definition).toEqual(profile.definition)
    const [, audit] = await auditOf(id)
    expect(audit).toMatchObject({ action: 'profile.changed', actor: 'Ada Admin', detail: { name: profile.name, version: 2 } })
    expect(audit?.detail.changed).toContain('offerTimeoutS: 300 → 120')
    expect(audit?.detail.changed).toContain('keys.auth: SIG · RSA-2048 → –')
  })

  it('leaves enrolments under way with the version they were started with', async () => {
    const profile = toSave(issuerId)
    const { id } = await saveProfile(grant, profile)
    await owner.query(
      `INSERT INTO "user" (id, userid, name, attributes, updated_at) VALUES (gen_random_uuid(), $1, 'Åsa Öberg', '{}', now())`,
      [`u.${id}`],
    )
    const helpdesk = authorize({ ...admin, role: 'helpdesk' }, 'enrollment:manage')
    await startEnrollment(helpdesk, { userid: `u.${id}`, profileName: profile.name })
    const review = await reviewProfile(grant, edit(id, profile, 1, { definition: definition({ offerTimeoutS: 60 }) }))
    expect(review.running).toBe(1)
    await saveProfile(grant, edit(id, profile, 1, { definition: definition({ offerTimeoutS: 60 }) }))
    const { rows } = await owner.query(
      `SELECT v.version FROM enrollment e JOIN profile_version v ON v.id = e.profile_version_id WHERE v.profile_id = $1`,
      [id],
    )
    expect(rows).toEqual([{ version: 1 }])
  })

  it('of the title alone makes no version; of nothing writes nothing', async () => {
    const profile = toSave(issuerId)
    const { id } = await saveProfile(grant, profile)
    expect(await saveProfile(grant, edit(id, profile, 1, { title: 'Another title' }))).toEqual({ id, version: 1 })
    expect((await auditOf(id)).at(-1)?.detail.changed).toEqual([`title: ${profile.title} → Another title`])
    const now = { ...profile, title: 'Another title' }
    expect((await reviewProfile(grant, edit(id, now, 1))).changes).toEqual([])
    await saveProfile(grant, edit(id, now, 1))
    expect(await auditOf(id)).toHaveLength(2)
  })

  it('by the second of two who edit is refused and names the first; what the first saved stands', async () => {
    const profile = toSave(issuerId)
    const { id } = await saveProfile(grant, profile)
    await saveProfile(
      authorize(other, 'settings:manage'),
      edit(id, profile, 1, { definition: definition({ offerTimeoutS: 60 }) }),
    )
    const late = edit(id, profile, 1, { definition: definition({ offerTimeoutS: 90 }) })
    for (const attempt of [reviewProfile, saveProfile])
      await expect(attempt(grant, late)).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringMatching(/Olle Other.*version 2/),
      })
    expect((await getProfileSettings(grant, id))?.versions[0].definition.offerTimeoutS).toBe(60)
  })

  it('by two at the same moment: one is saved, the other told', async () => {
    const profile = toSave(issuerId)
    const { id } = await saveProfile(grant, profile)
    const outcomes = await Promise.allSettled(
      [60, 90, 120, 150].map((offerTimeoutS) =>
        saveProfile(grant, edit(id, profile, 1, { definition: definition({ offerTimeoutS }) })),
      ),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'conflict' })
    expect((await getProfileSettings(grant, id))?.versions).toHaveLength(2)
  })
})

describe('a profile that could not work', () => {
  const certificate = definition().certificate
  it.each([
    ['certificate.subjectAltNameUpn', { certificate: { ...certificate, extendedKeyUsage: ['smartcardLogon'] } }],
    ['certificate.keyUsage', { certificate: { ...certificate, keyUsage: ['digitalSignature', 'keyAgreement'] } }],
    ['subject.0.value', { subject: [{ type: 'CN', value: '{nme}', required: true }] }],
  ] as [string, Partial<ProfileDefinition>][])('is refused at the field %s, in review and in saving', async (path, over) => {
    for (const attempt of [reviewProfile, saveProfile])
      await expect(attempt(grant, toSave(issuerId, { definition: definition(over) }))).rejects.toMatchObject({
        code: 'invalid_input',
        fields: { [`definition.${path}`]: expect.any(String) },
      })
  })

  it('is one whose CA ends before the certificate would', async () => {
    const { notAfter } = (await listIssuerChoices(grant))[0] ?? {}
    const clock = fixedClock(new Date(Date.parse(notAfter ?? '') - 100 * 86_400_000))
    await expect(saveProfile(grant, toSave(issuerId), clock)).rejects.toMatchObject({
      fields: { 'definition.certificate.validityDays': expect.stringContaining('100 days') },
    })
  })

  it('is one of a CA that is not there', async () => {
    const issuer = '00000000-0000-4000-8000-000000000000'
    await expect(saveProfile(grant, toSave(issuerId, { issuerId: issuer }))).rejects.toMatchObject({
      fields: { issuerId: expect.any(String) },
    })
  })
})

it('is switched off and on, and moved in the list; each is written down once', async () => {
  const { id } = await saveProfile(grant, toSave(issuerId))
  await switchProfile(grant, { id, enabled: false })
  await switchProfile(grant, { id, enabled: false })
  expect((await getProfileSettings(grant, id))?.enabled).toBe(false)
  await switchProfile(grant, { id, enabled: true })
  const place = async () => (await listProfileSettings(grant)).findIndex((one) => one.id === id)
  const last = await place()
  await reorderProfile(grant, { id, by: 1 })
  expect(await place()).toBe(last)
  await reorderProfile(grant, { id, by: -1 })
  expect(await place()).toBe(last - 1)
  const details = (await auditOf(id)).map(({ detail }) => detail)
  expect(details.slice(1).map(({ enabled, position }) => enabled ?? position)).toEqual([false, true, last])
  const nobody = { id: '00000000-0000-4000-8000-000000000000' }
  await expect(switchProfile(grant, { ...nobody, enabled: true })).rejects.toMatchObject({ code: 'not_found' })
  await expect(reorderProfile(grant, { ...nobody, by: 1 })).rejects.toMatchObject({ code: 'not_found' })
})
