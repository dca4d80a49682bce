/**
 * Writing profiles. A version is never changed: what is saved is a new one, and enrolments under way keep theirs. Each write locks the
 * profile's row first and is held against what its writer had seen; the audit row is written in the same transaction.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import type { ProfileDefinition } from '#lib/core/enrollment/profile.ts'
import { changeToText, findProfileChanges } from '#lib/core/enrollment/profile-changes.ts'
import { writeAudit } from './audit.ts'
import { newId } from './new-id.ts'
import { getProfileSettings } from './profile-settings.ts'
import { inTransaction, isUniqueViolation, type Tx } from './transaction.ts'

type Manager = Grant<'settings:manage'>

export interface NewProfile {
  name: string
  title: string
  issuerId: string
  definition: ProfileDefinition
}

/** Behind all others in the list. @returns its id; `name_taken` if there is one of that name */
export async function insertProfile(grant: Manager, profile: NewProfile): Promise<string | 'name_taken'> {
  const { name, title, issuerId, definition } = profile
  const id = newId()
  try {
    await inTransaction(grant, async (tx) => {
      await tx.$executeRaw`
        INSERT INTO profile (id, name, title, position)
        SELECT ${id}::uuid, ${name}, ${title}, coalesce(max(position) + 1, 0) FROM profile`
      await insertVersion(tx, id, 1, issuerId, definition)
      const detail = { name, version: 1 }
      await writeAudit(tx, grant.actor, { action: 'profile.created', objectKind: 'profile', objectId: id, detail })
    })
    return id
  } catch (error) {
    if (isUniqueViolation(error)) return 'name_taken'
    throw error
  }
}

export interface ProfileEdit {
  id: string
  title: string
  issuerId: string
  definition: ProfileDefinition
  /** What the editor began with. */
  seen: { version: number; title: string }
}

export type EditOutcome =
  | { outcome: 'saved'; version: number }
  | { outcome: 'unchanged' | 'not_found' }
  /** Somebody else was faster; nothing was written. */
  | { outcome: 'conflict'; version: number; by: string | null }

const MAX_CHANGE_TEXT = 500

/** A new version if the definition or the CA is another; else only the title. */
export function changeProfile(grant: Manager, edit: ProfileEdit): Promise<EditOutcome> {
  const { id, title, issuerId, definition, seen } = edit
  return inTransaction(grant, async (tx): Promise<EditOutcome> => {
    await tx.$executeRaw`SELECT FROM profile WHERE id = ${id}::uuid FOR UPDATE`
    const now = await getProfileSettings(grant, id, tx)
    if (!now) return { outcome: 'not_found' }
    const [newest] = now.versions
    if (newest.version !== seen.version || now.title !== seen.title)
      return { outcome: 'conflict', version: newest.version, by: newest.createdBy }
    const changes = findProfileChanges(newest.definition, definition)
    const isAnother = changes.length > 0 || newest.issuerId !== issuerId
    if (!isAnother && title === now.title) return { outcome: 'unchanged' }
    const version = isAnother ? newest.version + 1 : newest.version
    if (isAnother) await insertVersion(tx, id, version, issuerId, definition)
    if (title !== now.title) await tx.$executeRaw`UPDATE profile SET title = ${title} WHERE id = ${id}::uuid`
    const changed = [
      ...(title === now.title ? [] : [`title: ${now.title} → ${title}`]),
      ...(newest.issuerId === issuerId ? [] : [`issuer: ${newest.issuerId} → ${issuerId}`]),
      ...changes.map(changeToText),
    ].map((line) => line.slice(0, MAX_CHANGE_TEXT))
    const detail = { name: now.name, ...(isAnother ? { version } : {}), changed }
    await writeAudit(tx, grant.actor, { action: 'profile.changed', objectKind: 'profile', objectId: id, detail })
    return { outcome: 'saved', version }
  })
}

const insertVersion = (
  tx: Tx,
  profileId: string,
  version: number,
  issuerId: string,
  definition: ProfileDefinition,
): Promise<number> =>
  tx.$executeRaw`
    INSERT INTO profile_version (id, profile_id, version, definition, issuer_id)
    VALUES (${newId()}::uuid, ${profileId}::uuid, ${version}::int, ${JSON.stringify(definition)}::jsonb, ${issuerId}::uuid)`

/** @returns false if there is no such profile */
export function setProfileEnabled(grant: Manager, { id, enabled }: { id: string; enabled: boolean }): Promise<boolean> {
  return inTransaction(grant, async (tx) => {
    const [before] = await tx.$queryRaw<{ name: string; enabled: boolean }[]>`
      SELECT name, enabled FROM profile WHERE id = ${id}::uuid FOR UPDATE`
    if (!before) return false
    if (before.enabled === enabled) return true
    await tx.$executeRaw`UPDATE profile SET enabled = ${enabled} WHERE id = ${id}::uuid`
    const detail = { name: before.name, enabled }
    await writeAudit(tx, grant.actor, { action: 'profile.changed', objectKind: 'profile', objectId: id, detail })
    return true
  })
}

/** One place up or down in the list; at its end nothing happens. @returns false if there is no such profile */
export function moveProfile(grant: Manager, { id, by }: { id: string; by: -1 | 1 }): Promise<boolean> {
  return inTransaction(grant, async (tx) => {
    const rows = await tx.$queryRaw<
      { id: string; name: string }[]
    >`SELECT id, name FROM profile ORDER BY position, name FOR UPDATE`
    const from = rows.findIndex((row) => row.id === id)
    const [moved] = rows.splice(from, from < 0 ? 0 : 1)
    if (!moved) return false
    const to = from + by
    if (to < 0 || to > rows.length) return true
    rows.splice(to, 0, moved)
    const ids = rows.map((row) => row.id)
    await tx.$executeRaw`
      UPDATE profile p SET position = o.n - 1 FROM unnest(${ids}::uuid[]) WITH ORDINALITY AS o (id, n) WHERE p.id = o.id`
    const detail = { name: moved.name, position: to + 1 }
    await writeAudit(tx, grant.actor, { action: 'profile.changed', objectKind: 'profile', objectId: id, detail })
    return true
  })
}
