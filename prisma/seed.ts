/**
 * Demo people: a company with departments in several towns, made only where there are no users yet. The same people every time, so that
 * screenshots and tests repeat. Names carry what real directories carry: diacritics, other scripts, apostrophes, double names, namesakes,
 * people without a mailbox, people who have left.
 */
import { createHash } from 'node:crypto'
import pg from 'pg'
import { EnvError, migrateEnv } from '#lib/env.ts'
import { FIRST_NAMES, FURTHER_PEOPLE, LAST_NAMES, PLACES } from './seed-names.ts'

const PEOPLE = 240

interface Person {
  id: string
  userid: string
  name: string
  email: string | null
  department: string | null
  attributes: Record<string, string>
  status: 'active' | 'disabled'
}

/** Repeatable numbers: the n-th draw for a subject, 0 … below-1. */
const draw = (subject: string, below: number): number => createHash('sha256').update(subject).digest().readUInt32BE(0) % below

const pickFrom = <T>(list: readonly T[], subject: string): T => list[draw(subject, list.length)] as T

const DEPARTMENTS = [
  'Customer Service',
  'Finance',
  'Grid Operations',
  'Human Resources',
  'IT Operations',
  'Legal',
  'Logistics',
  'Procurement',
  'Research',
  'Sales',
  'Security',
] as const

/** "Åsa-Lena Öström" → "asa-lena.ostrom". */
const toUserid = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[łŁ]/g, 'l')
    .replace(/[øØ]/g, 'o')
    .replace(/[æÆ]/g, 'ae')
    .replace(/ß/g, 'ss')
    .replace(/[ðÐđĐ]/g, 'd')
    .replace(/[þÞ]/g, 'th')
    .replace(/ı/g, 'i')
    .toLowerCase()
    .replace(/[’']/g, '')
    .split(/\s+/)
    .filter(Boolean)
    .join('.')

/** A v7-shaped id from the number, so that the same person has the same address on every installation. */
function idOf(index: number): string {
  const hex = createHash('sha256').update(`demo person ${index}`).digest('hex')
  return `01990000-0000-7${hex.slice(0, 3)}-8${hex.slice(3, 6)}-${hex.slice(6, 18)}`
}

export function demoPeople(): Person[] {
  const taken = new Set<string>()
  return Array.from({ length: PEOPLE }, (_, index): Person => {
    const further = FURTHER_PEOPLE[index]
    const name = further?.name ?? `${pickFrom(FIRST_NAMES, `first ${index}`)} ${pickFrom(LAST_NAMES, `last ${index}`)}`
    const plain = further?.userid ?? toUserid(name)
    let userid = plain
    for (let n = 2; taken.has(userid); n++) userid = `${plain}${n}`
    taken.add(userid)
    const department = draw(`left out ${index}`, 40) === 0 ? null : pickFrom(DEPARTMENTS, `department ${index}`)
    const { place, company } = pickFrom(PLACES, `place ${index}`)
    return {
      id: idOf(index),
      userid,
      name,
      email: draw(`no mail ${index}`, 30) === 0 ? null : `${userid}@example.com`,
      department,
      attributes: { C: place.country, L: place.town, O: company, ...(department ? { OU: department } : {}) },
      status: draw(`left ${index}`, 35) === 0 && !further ? 'disabled' : 'active',
    }
  })
}

/** Adds the demo people where there are no users. @returns how many were added */
export async function seed(ownerUrl: string): Promise<number> {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    await client.query('BEGIN')
    await client.query('LOCK TABLE "user" IN SHARE ROW EXCLUSIVE MODE')
    const { rows } = await client.query<{ any: boolean }>('SELECT EXISTS (SELECT FROM "user") AS any')
    const people = rows[0]?.any ? [] : demoPeople()
    if (people.length > 0) {
      await client.query(
        `INSERT INTO "user" (id, userid, name, email, department, attributes, status, updated_at)
         SELECT id, userid, name, email, department, attributes, status::user_status, now()
         FROM json_to_recordset($1) AS p (id uuid, userid text, name text, email text, department text, attributes jsonb, status text)`,
        [JSON.stringify(people)],
      )
      await client.query(
        `INSERT INTO audit_entry (actor_kind, actor_name, action, object_kind, object_id, detail)
         VALUES ('system', 'Certdesk', 'user.created', 'user', 'demo', $1)`,
        [JSON.stringify({ count: people.length })],
      )
    }
    await client.query('COMMIT')
    return people.length
  } finally {
    await client.end()
  }
}

if (import.meta.main) {
  try {
    const count = await seed(migrateEnv().database.url)
    console.log(count > 0 ? `Added ${count} demo people.` : 'There are users already; nothing was added.')
  } catch (error) {
    if (!(error instanceof EnvError)) throw error
    console.error(error.message)
    process.exitCode = 1
  }
}
