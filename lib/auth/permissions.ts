/**
 * Authorisation, once, by types: `authorize(actor, permission)` returns a Grant or throws; lib/data and lib/workflows take a Grant as
 * first argument, so no query can be made without somebody having been asked. Never decided in a proxy, middleware or layout.
 */
import { RequestError } from '#lib/core/errors.ts'

export type Role = 'admin' | 'helpdesk' | 'auditor' | 'user'

/** Who acts. `name` is kept in the audit as it was at the time. */
export type Actor =
  | { kind: 'account'; id: string; name: string; role: Role; userId: string | null }
  | { kind: 'token'; id: string; name: string; role: Role }
  /** Somebody who holds a one-time link: may act for that user and that profile version only. */
  | { kind: 'link'; id: string; name: string; userId: string; profileVersionId: string }
  /** A job of the worker. */
  | { kind: 'system'; name: string }
  /** Hermod's authenticated callback. */
  | { kind: 'hermod'; name: string }

export const PERMISSIONS = {
  'user:read': ['admin', 'helpdesk', 'auditor'],
  'user:manage': ['admin', 'helpdesk'],
  'profile:read': ['admin', 'helpdesk', 'auditor'],
  'enrollment:read': ['admin', 'helpdesk', 'auditor'],
  'enrollment:manage': ['admin', 'helpdesk'],
  'certificate:read': ['admin', 'helpdesk', 'auditor'],
  'certificate:revoke': ['admin', 'helpdesk'],
  'audit:read': ['admin', 'auditor'],
  'incident:read': ['admin', 'helpdesk', 'auditor'],
  'incident:close': ['admin', 'helpdesk'],
  /** Profiles, attestation policy, connections. `system`: the command line on the portal's own machine. */
  'settings:read': ['admin', 'auditor'],
  'settings:manage': ['admin', 'system'],
  /** Making sign-ins and API tokens. `system`: the command line on the portal's own machine. */
  'account:manage': ['admin', 'system'],
  /** Reading how the portal is doing: metrics. */
  'operation:read': ['admin', 'auditor', 'system'],
  /** For one's own user only; the Grant's actor says whose. */
  'self:enroll': ['user', 'link'],
  /** What only jobs do. */
  'system:work': ['system'],
  /** Storing a callback. */
  'callback:store': ['hermod'],
} as const satisfies Record<string, readonly (Role | 'system' | 'hermod' | 'link')[]>
export type Permission = keyof typeof PERMISSIONS

declare const granted: unique symbol
/** Proof that `actor` was found to have `permission`. Only `authorize` makes one. */
export interface Grant<P extends Permission = Permission> {
  readonly actor: Actor
  readonly permission: P
  readonly [granted]: true
}

const holderOf = (actor: Actor): string => (actor.kind === 'account' || actor.kind === 'token' ? actor.role : actor.kind)

export const may = (actor: Actor, permission: Permission): boolean =>
  (PERMISSIONS[permission] as readonly string[]).includes(holderOf(actor))

/** @throws RequestError not_allowed */
export function authorize<P extends Permission>(actor: Actor, permission: P): Grant<P> {
  if (!may(actor, permission)) throw new RequestError('not_allowed', `${holderOf(actor)} may not ${permission}`)
  return { actor, permission } as Grant<P>
}

/** The worker's own grant; jobs have no person behind them. */
export const systemGrant = (): Grant<'system:work'> => authorize({ kind: 'system', name: 'Certdesk' }, 'system:work')
