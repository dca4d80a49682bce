import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { grants, startLists } from './list-fixtures.ts'
import { createUser, getUser, listUsers } from './users.ts'

let lists: Awaited<ReturnType<typeof startLists>>
let ids: ReadonlyMap<string, string>

beforeAll(async () => {
  lists = await startLists()
  ids = await lists.addPeople([
    { userid: 'asa.oberg', name: 'Åsa Öberg', email: 'asa.oberg@example.test', department: 'Sales' },
    { userid: 'soren.sorensen', name: 'Søren Sørensen', email: 'ss@example.test', department: 'Finance' },
    { userid: 'anna.li', name: 'Anna Li' },
    { userid: 'bo.ek', name: 'Bo Ek', department: '100 % Wool_Works' },
    { userid: 'gone', name: 'Gone Gonsson', status: 'disabled' },
    { userid: 'xss', name: '<img src=x onerror=alert(1)>' },
    ...Array.from({ length: 120 }, (_, n) => ({
      userid: `many.${String(n).padStart(3, '0')}`,
      name: `Many ${String(n).padStart(3, '0')}`,
    })),
  ])
})
afterAll(() => lists.stop())

const found = async (q: string) => (await listUsers(grants.users, { q })).items.map((user) => user.userid)

describe('search', () => {
  it('case and diacritics do not matter, whichever side has them', async () => {
    for (const q of ['oberg', 'ÖBERG', 'Öberg', 'åsa', 'asa ÖB']) expect(await found(q), q).toEqual(['asa.oberg'])
    for (const q of ['sorensen', 'SØRENSEN', 'Sörensen']) expect(await found(q), q).toEqual(['soren.sorensen'])
  })

  it('finds by login, e-mail and department, every word somewhere', async () => {
    expect(await found('asa.oberg@example')).toEqual(['asa.oberg'])
    expect(await found('sales')).toEqual(['asa.oberg'])
    expect(await found('sales åsa')).toEqual(['asa.oberg'])
    expect(await found('sales bo')).toEqual([])
  })

  it('one and two letters are the beginning of the name; beside a longer word, of any word', async () => {
    expect(await found('bo')).toEqual(['bo.ek'])
    expect(await found('ek')).toEqual([])
    expect(await found('anna li')).toEqual(['anna.li'])
    expect(await found('an li')).toEqual([])
  })

  it('wildcards are letters like others, full-width ones too', async () => {
    for (const q of ['%', '_', '%%%', '___', '\\', '％％％', "'; DROP TABLE x; --"]) expect(await found(q), q).toEqual([])
    expect(await found('100 % wool_works')).toEqual(['bo.ek'])
    expect(await found('wool_wor')).toEqual(['bo.ek'])
    expect(await found('woolxwor')).toEqual([])
  })

  it('what is not text, or far too long, is nothing bad', async () => {
    for (const q of ['\u0000', 'a\u0000b', '\ud800', 'x'.repeat(10_000), `${'a '.repeat(3000)}`, '\u202e'])
      expect(Array.isArray(await found(q)), JSON.stringify(q).slice(0, 20)).toBe(true)
  })
})

describe('list', () => {
  it('at most fifty rows, the true total, and every page follows on', async () => {
    const first = await listUsers(grants.users, {})
    expect(first.items).toHaveLength(50)
    expect(first).toMatchObject({ total: ids.size, totalCapped: false })
    const last = await listUsers(grants.users, { page: 3 })
    expect(last.items).toHaveLength(ids.size - 100)
    expect(last.nextCursor).toBeNull()
    const beyond = await listUsers(grants.users, { page: 9 })
    expect(beyond).toMatchObject({ items: [], total: ids.size })
  })

  it('a cursor visits everybody once, in every order', async () => {
    for (const sort of ['name', '-name', 'userid', '-userid', '-created'] as const) {
      const seen: string[] = []
      let cursor: string | undefined
      do {
        const page = await listUsers(grants.users, { sort, limit: 17, cursor })
        expect(page.total).toBe(ids.size)
        seen.push(...page.items.map((user) => user.userid))
        cursor = page.nextCursor ?? undefined
      } while (cursor)
      expect(new Set(seen).size, sort).toBe(ids.size)
      expect(seen, sort).toHaveLength(ids.size)
    }
  })

  it('a cursor that was made up is refused, not obeyed', async () => {
    for (const cursor of ['x', 'W10', Buffer.from('["name"]').toString('base64url'), 'ÅÄÖ'])
      await expect(listUsers(grants.users, { cursor })).rejects.toMatchObject({ code: 'invalid_input' })
    const { nextCursor } = await listUsers(grants.users, { sort: 'name' })
    await expect(listUsers(grants.users, { sort: 'userid', cursor: nextCursor ?? '' })).rejects.toMatchObject({
      code: 'invalid_input',
    })
  })

  it('filters by state', async () => {
    expect((await listUsers(grants.users, { status: 'disabled' })).items.map((user) => user.userid)).toEqual(['gone'])
    expect((await listUsers(grants.users, { status: 'active' })).total).toBe(ids.size - 1)
  })

  it('counts phones, and of certificates only those that are valid now', async () => {
    const userId = ids.get('asa.oberg') ?? ''
    const phoneId = await lists.addPhone(userId, 'Åsa’s iPhone')
    await lists.addCertificate({ userId, phoneId, daysLeft: 200 })
    await lists.addCertificate({ userId, phoneId, daysLeft: 20 })
    await lists.addCertificate({ userId, phoneId, daysLeft: 5, status: 'revoked' })
    await lists.addCertificate({ userId, phoneId, daysLeft: -5 })
    await lists.addCertificate({ userId, phoneId, daysLeft: 1, status: 'reserved' })
    const [row] = (await listUsers(grants.users, { q: 'asa.oberg' })).items
    expect(row).toMatchObject({ phones: 1, activeCertificates: 2 })
    expect(Date.parse(row?.soonestExpiry ?? '') - Date.now()).toBeLessThan(21 * 86_400_000)
  })
})

describe('one person', () => {
  it('is found by login and by id, with phones, their certificates, enrolments and what happened', async () => {
    const userId = ids.get('soren.sorensen') ?? ''
    const phoneId = await lists.addPhone(userId, 'Søren’s Pixel', 'Pixel 9')
    await lists.addCertificate({ userId, phoneId, daysLeft: 100 })
    const running = await lists.addEnrollment(userId, 'offered')
    const view = await getUser(grants.users, 'soren.sorensen')
    expect(view).toEqual(await getUser(grants.users, userId))
    expect(view?.phoneList).toMatchObject([{ id: phoneId, name: 'Søren’s Pixel', certificates: [{ state: 'active' }] }])
    expect(view?.enrollments.map((e) => e.id)).toContain(running)
    expect(view?.enrollments).toHaveLength(2)
  })

  it('nobody is null: unknown, another’s form of id, wildcards', async () => {
    for (const id of ['nobody', '', '%', '00000000-0000-4000-8000-000000000000', 'ASA.OBERG'])
      expect(await getUser(grants.users, id), id).toBeNull()
  })
})

describe('adding a person', () => {
  it('writes the person and the audit row, and finds them at once', async () => {
    const user = await createUser(grants.manageUsers, { userid: 'new.person', name: 'Ñew Person', attributes: { C: 'SE' } })
    expect(await found('new person')).toEqual(['new.person'])
    expect((await getUser(grants.users, 'new.person'))?.attributes).toEqual({ C: 'SE' })
    const { rows } = await lists.owner.query(`SELECT action, actor_name, detail FROM audit_entry WHERE object_id = $1`, [user.id])
    expect(rows).toEqual([{ action: 'user.created', actor_name: 'Hanna Helpdesk', detail: { userid: 'new.person' } }])
    await lists.owner.query('DELETE FROM "user" WHERE id = $1', [user.id])
  })

  it('a login that is taken is refused by name, and nothing is written', async () => {
    await expect(createUser(grants.manageUsers, { userid: 'bo.ek', name: 'Another Bo' })).rejects.toMatchObject({
      code: 'userid_taken',
      fields: { userid: expect.any(String) },
    })
    expect((await getUser(grants.users, 'bo.ek'))?.name).toBe('Bo Ek')
  })
})
