/** What answers must pass is changed like the attestation policy: after a fresh rehearsal of exactly that. */
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authorize, systemGrant } from '#lib/auth/permissions.ts'
import type { ProfileDefinition } from '#lib/core/enrollment/profile.ts'
import { getProfileSettings } from '#lib/data/profile-settings.ts'
import { chooseDatabase, closeDb } from '#lib/db.ts'
import { rehearse } from './rehearse.ts'
import { requestRehearsal } from './request-rehearsal.ts'
import { saveProfile } from './save-profile.ts'
import { admin, definition, edit, type ProfileTests, startProfileTests, toSave } from './save-profile-fixtures.ts'

const grant = authorize(admin, 'settings:manage')

let tests: ProfileTests
let owner: pg.Client
let issuerId: string

beforeAll(async () => {
  tests = await startProfileTests()
  ;({ owner, issuerId } = tests)
})
afterAll(() => tests?.stop())

/** As if it had been finished so much earlier: its row does not let itself be changed. */
const makeOlder = (rehearsalId: string, by: string) =>
  owner.query(`ALTER TABLE rehearsal DISABLE TRIGGER USER;
    UPDATE rehearsal SET finished_at = finished_at - interval '${by}' WHERE id = '${rehearsalId}';
    ALTER TABLE rehearsal ENABLE TRIGGER USER`)

interface RehearsedMore {
  carryOut?: boolean
  heldChecks?: ProfileDefinition['heldChecks']
  attestationKeySet?: string | null
}

describe('a change of the checks that only warn', () => {
  const monitoring = (...monitoredChecks: ProfileDefinition['monitoredChecks']) => definition({ monitoredChecks })

  async function rehearsed(
    profile: string,
    monitoredChecks: ProfileDefinition['monitoredChecks'],
    { carryOut = true, heldChecks = [], attestationKeySet = null }: RehearsedMore = {},
  ) {
    const id = (
      await requestRehearsal(grant, {
        change: 'profile',
        profile,
        monitoredChecks,
        heldChecks,
        attestationKeySet,
        period: { days: 7 },
      })
    ).id
    if (!carryOut) return id
    await closeDb()
    chooseDatabase(tests.database.workerUrl)
    await rehearse(systemGrant(), { rehearsalId: id })
    await closeDb()
    chooseDatabase(tests.database.webUrl)
    return id
  }

  it('is saved only with the finished rehearsal of exactly these checks of this profile', async () => {
    const profile = toSave(issuerId)
    const { id } = await saveProfile(grant, profile)
    const save = (rehearsalId?: string | null) =>
      saveProfile(grant, {
        ...edit(id, profile, 1, { definition: monitoring('C13', 'C14') }),
        ...(rehearsalId === undefined ? {} : { rehearsalId }),
      })
    const refused = { code: 'invalid_input', message: expect.stringMatching(/Rehearse exactly this choice/) }
    await expect(save()).rejects.toMatchObject(refused)
    for (const other of [
      null,
      '00000000-0000-4000-8000-000000000000',
      await rehearsed(profile.name, ['C13']),
      await rehearsed(profile.name, ['C13', 'C14', 'C24']),
      await rehearsed(profile.name, []),
      await rehearsed('VPN access', ['C13', 'C14']),
      await rehearsed(profile.name, ['C13', 'C14'], { carryOut: false }),
      await rehearsed(profile.name, ['C13', 'C14'], { heldChecks: ['C24'] }),
      await rehearsed(profile.name, ['C13', 'C14'], { attestationKeySet: 'OTHER' }),
    ])
      await expect(save(other)).rejects.toMatchObject(refused)
    expect((await getProfileSettings(grant, id))?.versions).toHaveLength(1)

    // In whatever order they were ticked.
    expect(await save(await rehearsed(profile.name, ['C14', 'C13']))).toEqual({ id, version: 2 })
    expect((await getProfileSettings(grant, id))?.versions[0].definition.monitoredChecks).toEqual(['C13', 'C14'])
  })

  it('the same for a check that holds instead of refusing, and for another key set', async () => {
    const profile = toSave(issuerId)
    const { id } = await saveProfile(grant, profile)
    const holding = edit(id, profile, 1, { definition: definition({ heldChecks: ['C24'] }) })
    await expect(saveProfile(grant, holding)).rejects.toMatchObject({ code: 'invalid_input' })
    const held = await rehearsed(profile.name, [], { heldChecks: ['C24'] })
    expect(await saveProfile(grant, { ...holding, rehearsalId: held })).toMatchObject({ version: 2 })

    const otherSet = edit(id, profile, 2, { definition: definition({ heldChecks: ['C24'], attestationKeySet: 'OWN' }) })
    for (const rehearsalId of [null, held])
      await expect(saveProfile(grant, { ...otherSet, rehearsalId })).rejects.toMatchObject({ code: 'invalid_input' })
    const rehearsalId = await rehearsed(profile.name, [], { heldChecks: ['C24'], attestationKeySet: 'OWN' })
    await makeOlder(rehearsalId, '2 hours')
    await expect(saveProfile(grant, { ...otherSet, rehearsalId })).rejects.toMatchObject({
      message: expect.stringMatching(/an hour old/),
    })
    await makeOlder(rehearsalId, '-2 hours')
    expect(await saveProfile(grant, { ...otherSet, rehearsalId })).toMatchObject({ version: 3 })
  })

  it('back to enforcing needs its own; whatever else is changed needs none', async () => {
    const profile = toSave(issuerId, { definition: monitoring('C24') })
    const { id } = await saveProfile(grant, profile)
    const other = definition({ monitoredChecks: ['C24'], offerTimeoutS: 60 })
    expect(await saveProfile(grant, edit(id, profile, 1, { definition: other }))).toMatchObject({ version: 2 })
    const back = edit(id, profile, 2, { definition: monitoring() })
    await expect(saveProfile(grant, back)).rejects.toMatchObject({ code: 'invalid_input' })
    const rehearsalId = await rehearsed(profile.name, [])
    expect(await saveProfile(grant, { ...back, rehearsalId })).toMatchObject({ version: 3 })
    // That others were faster is said before a rehearsal is asked for.
    await expect(saveProfile(grant, back)).rejects.toMatchObject({ code: 'conflict' })
  })
})
