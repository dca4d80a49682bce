import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getCertificate, listCertificates } from './certificates.ts'
import { getHome } from './home.ts'
import { grants, startLists } from './list-fixtures.ts'
import { listPhones } from './phones.ts'
import { searchEverything } from './search.ts'

let lists: Awaited<ReturnType<typeof startLists>>
let userId: string
let otherId: string
let phoneId: string
const ids: Record<string, string> = {}

beforeAll(async () => {
  lists = await startLists()
  const people = await lists.addPeople([
    { userid: 'asa.oberg', name: 'Åsa Öberg', email: 'asa.oberg@example.test' },
    { userid: 'dead.beef', name: 'Dead Beef' },
  ])
  userId = people.get('asa.oberg') ?? ''
  otherId = people.get('dead.beef') ?? ''
  phoneId = await lists.addPhone(userId, 'Åsa’s iPhone', 'iPhone 15 Pro', 5)
  await lists.addPhone(otherId, '<script>alert(1)</script>', 'Pixel 9', 60)
  for (const [name, spec] of Object.entries({
    active: { userId, phoneId, daysLeft: 200, serialNumber: 'abcd1234000000000000000000000001' },
    expiring: { userId, phoneId, daysLeft: 20 },
    soon: { userId: otherId, daysLeft: 3, serialNumber: 'deadbeef000000000000000000000002' },
    expired: { userId, phoneId, daysLeft: -3 },
    revoked: { userId, phoneId, daysLeft: 100, status: 'revoked' as const },
    reserved: { userId, phoneId, daysLeft: 100, status: 'reserved' as const },
  }))
    ids[name] = (await lists.addCertificate(spec)).id
})
afterAll(() => lists.stop())

const named = (rows: readonly { id: string }[]) => rows.map((row) => Object.keys(ids).find((name) => ids[name] === row.id)).sort()

describe('certificates', () => {
  it('states follow the database’s clock; the filter "active" means valid, expiring ones included', async () => {
    const all = (await listCertificates(grants.certificates)).items
    const state = (name: string) => all.find((c) => c.id === ids[name])?.state
    for (const name of ['active', 'expiring', 'expired', 'revoked', 'reserved']) expect(state(name)).toBe(name)
    const filtered = async (status: 'active' | 'expiring' | 'expired' | 'revoked', days?: number) =>
      named((await listCertificates(grants.certificates, { status, days })).items)
    expect(await filtered('active')).toEqual(['active', 'expiring', 'soon'])
    expect(await filtered('expiring')).toEqual(['expiring', 'soon'])
    expect(await filtered('expiring', 7)).toEqual(['soon'])
    expect(await filtered('expired')).toEqual(['expired'])
    expect(await filtered('revoked')).toEqual(['revoked'])
  })

  it('are found by whose they are, and by the beginning of the serial number however it is written', async () => {
    const found = async (q: string) => named((await listCertificates(grants.certificates, { q })).items)
    expect(await found('oberg')).toEqual(['active', 'expired', 'expiring', 'reserved', 'revoked'])
    for (const q of ['abcd1234', 'AB:CD:12:34', '0xabcd1234', 'ab cd 12 34 00', '00abcd1234'])
      expect(await found(q), q).toEqual(['active'])
    // Both a name and the beginning of a serial number.
    expect(await found('dead')).toEqual(['soon'])
    expect(await found(ids.expired ?? '')).toEqual(['expired'])
    expect(await found('%')).toEqual([])
  })

  it('a cursor visits every one once, in every order', async () => {
    for (const sort of ['-issued', 'issued', 'expiry', '-expiry'] as const) {
      const seen: string[] = []
      let cursor: string | undefined
      do {
        const page = await listCertificates(grants.certificates, { sort, limit: 2, cursor })
        seen.push(...page.items.map((c) => c.id))
        cursor = page.nextCursor ?? undefined
      } while (cursor)
      expect(seen.toSorted(), sort).toEqual(Object.values(ids).toSorted())
    }
  })

  it('one has its files, its enrolment, and who wants it revoked', async () => {
    const view = await getCertificate(grants.certificates, ids.active ?? '')
    expect(view).toMatchObject({
      serialNumber: 'abcd1234000000000000000000000001',
      keyid: 'signer',
      revocation: null,
      revoking: false,
      byHand: null,
    })
    expect(view?.pem).toMatch(/^-----BEGIN CERTIFICATE-----\n/)
    await lists.owner.query(
      `INSERT INTO revocation_request (id, certificate_id, kind, reason, note, requested_by) VALUES (gen_random_uuid(), $1, 'revoke', 'superseded', 'new phone', 'Hanna')`,
      [ids.active],
    )
    expect(await getCertificate(grants.certificates, ids.active ?? '')).toMatchObject({
      revoking: true,
      revocation: { reason: 'superseded', note: 'new phone', requestedBy: 'Hanna' },
    })
    await lists.owner.query(`UPDATE revocation_request SET state = 'by_hand'`)
    expect(await getCertificate(grants.certificates, ids.active ?? '')).toMatchObject({ revoking: true, byHand: 'revoke' })
    await lists.owner.query('DELETE FROM revocation_request')
    expect((await getCertificate(grants.certificates, ids.reserved ?? ''))?.pem).toBeNull()
    for (const id of ['x', '', '00000000-0000-4000-8000-000000000000'])
      expect(await getCertificate(grants.certificates, id)).toBeNull()
  })
})

describe('phones', () => {
  it('are found by owner, name, model and the messaging server’s id, last seen first', async () => {
    const names = async (q?: string) => (await listPhones(grants.users, { q })).items.map((phone) => phone.name)
    expect(await names()).toEqual(['Åsa’s iPhone', '<script>alert(1)</script>'])
    expect(await names('asa oberg')).toEqual(['Åsa’s iPhone'])
    expect(await names('iphone 15')).toEqual(['Åsa’s iPhone'])
    expect(await names('<script>')).toEqual(['<script>alert(1)</script>'])
    expect(await names(`ref-${phoneId}`)).toEqual(['Åsa’s iPhone'])
    expect(await names('oberg pixel')).toEqual([])
    const [row] = (await listPhones(grants.users, { q: 'oberg' })).items
    expect(row).toMatchObject({ activeCertificates: 2, user: { userid: 'asa.oberg' } })
  })
})

describe('search everything', () => {
  const kinds = async (q: string) => (await searchEverything(grants.users, q)).map((hit) => hit.kind)

  it('people first, then phones, then numbers; at most ten', async () => {
    expect(await kinds('asa oberg')).toEqual(['user'])
    expect(await kinds('iphone')).toEqual(['phone'])
    expect(await kinds('deadbeef')).toEqual(['certificate'])
    expect(await kinds('dead')).toEqual(['user', 'certificate'])
    expect(await kinds('')).toEqual([])
    expect(await kinds('%')).toEqual([])
    expect((await searchEverything(grants.users, 'e')).length).toBeLessThanOrEqual(10)
  })

  it('an enrolment by its id or the beginning of it, a certificate by its id', async () => {
    const id = await lists.addEnrollment(userId, 'offered')
    expect(await searchEverything(grants.users, id)).toMatchObject([
      { kind: 'enrollment', id, href: `/enrollments/${id}`, state: 'offered' },
    ])
    expect((await searchEverything(grants.users, id.slice(0, 18))).map((hit) => hit.id)).toContain(id)
    expect(await kinds(ids.active ?? '')).toEqual(['certificate'])
    expect(await kinds(userId)).toEqual(['user'])
  })

  it('every address it gives is a path of ours, whatever a name contains', async () => {
    for (const hit of await searchEverything(grants.users, 'script'))
      expect(hit.href).toMatch(/^\/(users|enrollments|certificates)\/[\w.@%#-]+$/)
  })
})

describe('home', () => {
  it('counts what waits, what runs out and what failed; says what does not live', async () => {
    await lists.addEnrollment(userId, 'undelivered')
    await lists.addEnrollment(userId, 'rejected')
    await lists.addEnrollment(userId, 'delivering')
    const view = await getHome(grants.enrollments)
    expect(view).toMatchObject({ undelivered: 1, failedToday: 1, expiring7: 1, expiring30: 2, orphanCallbacks: 0 })
    expect(view.running).toBeGreaterThanOrEqual(1)
    expect(view.recent.length).toBeLessThanOrEqual(8)
    const part = (name: string) => view.health.find((each) => each.part === name)
    expect(part('database')?.ok).toBe(true)
    expect(part('worker')).toMatchObject({ ok: false, detail: '0' })
    expect(part('hermod')).toMatchObject({ ok: false, detail: 'no_worker' })
  })

  it('a living worker’s word about Hermod is believed, a dead one’s is not', async () => {
    const beat = (host: string, secondsAgo: number, health: unknown) =>
      lists.owner.query(
        `INSERT INTO process (id, kind, host, worker_ids, health, seen_at) VALUES (gen_random_uuid(), 'worker', $1, '{}', $2, now() - make_interval(secs => $3))`,
        [host, JSON.stringify(health), secondsAgo],
      )
    await beat('dead', 300, { hermod: { ok: false, detail: 'old' } })
    await beat('alive', 1, { hermod: { ok: true, detail: '', at: '2026-11-24T10:00:00Z' } })
    const { health } = await getHome(grants.enrollments)
    expect(health.find((each) => each.part === 'hermod')).toMatchObject({ ok: true, at: '2026-11-24T10:00:00.000Z' })
    expect(health.find((each) => each.part === 'worker')).toMatchObject({ ok: true, detail: '1' })
    await lists.owner.query('DELETE FROM process')
    for (const odd of [null, [], 'x', { hermod: null }, { hermod: { ok: 'yes', at: 'never' } }]) {
      await beat('odd', 1, odd ?? {})
      expect((await getHome(grants.enrollments)).health).toHaveLength(4)
      await lists.owner.query('DELETE FROM process')
    }
  })
})
