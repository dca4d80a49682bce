/**
 * Saving a profile: what would make it unusable is refused at its field, what will surprise somebody is told first, and of two who edit the
 * same one the second is told what happened instead of undoing the first's work.
 *
 * `reviewProfile` writes nothing and says what `saveProfile` would do; both hold the profile against the CA as it is now. Which checks only
 * warn or hold, and whose signature is wanted, is changed like the attestation policy: only after a fresh rehearsal of exactly that.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { type Clock, systemClock } from '#lib/clock.ts'
import { trustedKeysAt } from '#lib/core/enrollment/attestation-policy.ts'
import type { ProfileDefinition } from '#lib/core/enrollment/profile.ts'
import { findProfileChanges, type ProfileChange } from '#lib/core/enrollment/profile-changes.ts'
import { findProfileProblems, isProfileError, type ProfileProblem } from '#lib/core/enrollment/profile-problems.ts'
import { RequestError } from '#lib/core/errors.ts'
import type { IssuerChoice } from '#lib/core/views.ts'
import { listPolicyVersions } from '#lib/data/attestation-policy.ts'
import { changeProfile, insertProfile, moveProfile, setProfileEnabled } from '#lib/data/profile-changes.ts'
import { getProfileSettings, listIssuerChoices } from '#lib/data/profile-settings.ts'
import { findRehearsal } from '#lib/data/rehearsals.ts'
import { profileProblemText, profiles as texts } from '#lib/messages/profiles.ts'
import { rehearsalMessages } from '#lib/messages/rehearsal.ts'
import { isStale, showsEnough } from './stale-rehearsal.ts'

type Manager = Grant<'settings:manage'>

export interface ProfileToSave {
  /** Null: a new one. */
  existing: { id: string; seen: { version: number; title: string } } | null
  name: string
  title: string
  issuerId: string
  definition: ProfileDefinition
}

export interface ProfileSaving extends ProfileToSave {
  /** Of the change of what answers must pass; none is needed where that stays, and none by a new profile, which has no answers. */
  rehearsalId?: string | null
}

export interface ProfileReview {
  changes: ProfileChange[]
  warnings: { path: string; text: string }[]
  /** The version that saving makes; null if only the title changes. */
  nextVersion: number | null
  /** Enrolments under way, which keep the version they were started with. */
  running: number
}

/** @throws RequestError invalid_input, conflict, not_found */
export async function reviewProfile(grant: Manager, profile: ProfileToSave, clock: Clock = systemClock): Promise<ProfileReview> {
  const { found, issuers } = await judge(grant, profile, clock)
  const warnings = found.map((problem) => ({ path: fieldOf(problem), text: profileProblemText(problem) }))
  if (!profile.existing) return { changes: [], warnings, nextVersion: 1, running: 0 }
  const { id, seen } = profile.existing
  const now = await getProfileSettings(grant, id)
  if (!now) throw new RequestError('not_found', texts.errors.notFound)
  const [newest] = now.versions
  if (newest.version !== seen.version || now.title !== seen.title) throw conflict(newest.version, newest.createdBy)
  const changes = findProfileChanges(newest.definition, profile.definition)
  if (newest.issuerId !== profile.issuerId)
    changes.unshift({ field: 'issuer', before: newest.issuer, after: titleOf(issuers, profile.issuerId) })
  const nextVersion = changes.length > 0 ? newest.version + 1 : null
  if (now.title !== profile.title) changes.unshift({ field: 'title', before: now.title, after: profile.title })
  return { changes, warnings, nextVersion, running: now.running }
}

/** @throws RequestError invalid_input, conflict, not_found */
export async function saveProfile(
  grant: Manager,
  profile: ProfileSaving,
  clock: Clock = systemClock,
): Promise<{ id: string; version: number }> {
  await judge(grant, profile, clock)
  const { existing, name, title, issuerId, definition, rehearsalId = null } = profile
  if (!existing) {
    const id = await insertProfile(grant, { name, title, issuerId, definition })
    if (id === 'name_taken')
      throw new RequestError('conflict', texts.errors.nameTaken, { fields: { name: texts.errors.nameTaken } })
    return { id, version: 1 }
  }
  const { id, seen } = existing
  await requireRehearsal(grant, existing, definition, rehearsalId)
  const saved = await changeProfile(grant, { id, title, issuerId, definition, seen })
  switch (saved.outcome) {
    case 'saved':
      return { id, version: saved.version }
    case 'unchanged':
      return { id, version: seen.version }
    case 'not_found':
      throw new RequestError('not_found', texts.errors.notFound)
    case 'conflict':
      throw conflict(saved.version, saved.by)
  }
}

/**
 * Looks at the version that was seen; a newer one is a conflict before and, compared again under a lock, in changeProfile.
 * @throws RequestError invalid_input if answers would be judged otherwise and no fresh rehearsal of that is finished; conflict, not_found
 */
async function requireRehearsal(
  grant: Manager,
  { id, seen }: NonNullable<ProfileToSave['existing']>,
  definition: ProfileDefinition,
  rehearsalId: string | null,
): Promise<void> {
  const now = await getProfileSettings(grant, id)
  if (!now) throw new RequestError('not_found', texts.errors.notFound)
  const [newest] = now.versions
  if (newest.version !== seen.version) throw conflict(newest.version, newest.createdBy)
  const before = newest.definition
  const sameKeySet = before.attestationKeySet === definition.attestationKeySet
  if (sameKeySet && areSameChecks(before, definition)) return
  const rehearsal = rehearsalId === null ? null : await findRehearsal(grant, rehearsalId)
  const { wish } = rehearsal ?? {}
  const fits =
    wish?.change === 'profile' &&
    wish.profile === now.name &&
    showsEnough(wish, new Date()) &&
    areSameChecks(wish, definition) &&
    wish.attestationKeySet === (sameKeySet ? null : definition.attestationKeySet)
  if (!fits || !rehearsal?.result) throw new RequestError('invalid_input', texts.errors.rehearse)
  if (isStale(rehearsal)) throw new RequestError('invalid_input', rehearsalMessages.tooOld)
}

type Checks = Pick<ProfileDefinition, 'monitoredChecks' | 'heldChecks'>
const areSameChecks = (one: Checks, other: Checks): boolean =>
  areSame(one.monitoredChecks, other.monitoredChecks) && areSame(one.heldChecks, other.heldChecks)

/** The same checks, in whatever order and however often. */
const areSame = (one: readonly string[], other: readonly string[]): boolean => setText(one) === setText(other)
const setText = (ids: readonly string[]): string => [...new Set(ids)].toSorted().join()

/** @throws RequestError not_found */
export async function switchProfile(grant: Manager, request: { id: string; enabled: boolean }): Promise<void> {
  if (!(await setProfileEnabled(grant, request))) throw new RequestError('not_found', texts.errors.notFound)
}

/** @throws RequestError not_found */
export async function reorderProfile(grant: Manager, request: { id: string; by: -1 | 1 }): Promise<void> {
  if (!(await moveProfile(grant, request))) throw new RequestError('not_found', texts.errors.notFound)
}

const conflict = (version: number, by: string | null): RequestError =>
  new RequestError('conflict', texts.errors.conflict(version, by))

/** @throws RequestError invalid_input with every error at its field @returns what is only to be told */
async function judge(
  grant: Manager,
  { issuerId, definition }: ProfileToSave,
  clock: Clock,
): Promise<{ found: ProfileProblem[]; issuers: IssuerChoice[] }> {
  const issuers = await listIssuerChoices(grant)
  const issuer = issuers.find(({ id }) => id === issuerId)
  if (!issuer) throw new RequestError('invalid_input', texts.errors.noIssuer, { fields: { issuerId: texts.errors.noIssuer } })
  const notAfter = issuer.notAfter === null ? null : new Date(issuer.notAfter)
  const [policy] = await listPolicyVersions(grant)
  const isTrusted = (set: string) => policy !== undefined && trustedKeysAt(policy.policy, set, clock.now()).length > 0
  const found = findProfileProblems(definition, { notAfter }, clock.now(), isTrusted)
  const errors = found.filter(isProfileError)
  if (errors.length === 0) return { found, issuers }
  // The first finding about a field wins.
  const fields = Object.fromEntries(errors.toReversed().map((problem) => [fieldOf(problem), profileProblemText(problem)]))
  throw new RequestError('invalid_input', texts.errors.checkFields, { fields })
}

/** Of the form: the definition is a part of it. */
const fieldOf = ({ path }: ProfileProblem): string => (path === 'issuerId' ? path : `definition.${path}`)

const titleOf = (issuers: readonly IssuerChoice[], id: string): string => issuers.find((one) => one.id === id)?.title ?? id
