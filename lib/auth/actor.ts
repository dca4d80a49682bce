/**
 * Who is asking: the account behind a page's session cookie, or the API token behind a bearer header. Nobody is anybody by default.
 * What they may do is asked afterwards, by authorize(), next to the data.
 */
import { headers } from 'next/headers'
import { notFound, redirect } from 'next/navigation'
import { cache } from 'react'
import { findToken } from '#lib/data/tokens.ts'
import { auth } from './auth.ts'
import { signInPath } from './next-path.ts'
import { type Actor, authorize, type Grant, may, type Permission, type Role } from './permissions.ts'

export type AccountActor = Extract<Actor, { kind: 'account' }>
export type TokenActor = Extract<Actor, { kind: 'token' }>

/** The account signed in with these request headers, read from the database; null without a live session. */
export async function actorFromSession(requestHeaders: Headers): Promise<AccountActor | null> {
  // Without our cookie nobody can be signed in, and nothing needs to be asked.
  if (!requestHeaders.get('cookie')?.includes('certdesk-session=')) return null
  const found = await auth().api.getSession({ headers: requestHeaders, query: { disableRefresh: true } })
  if (!found || found.user.disabledAt) return null
  const { id, name, role, userId } = found.user
  return { kind: 'account', id, name, role: role as Role, userId: userId ?? null }
}

/** The same for the page or action being rendered; asked once per request. */
export const currentActor = cache(async (): Promise<AccountActor | null> => actorFromSession(new Headers(await headers())))

/** For pages: the account signed in, or off to the sign-in page and back. */
export async function requireActor(): Promise<AccountActor> {
  const actor = await currentActor()
  if (!actor) redirect(signInPath((await headers()).get('x-certdesk-path')))
  return actor
}

/** For pages: requireActor and authorize in one. A page that is not for the account's role is not there. */
export async function requireGrant<P extends Permission>(permission: P): Promise<Grant<P>> {
  const actor = await requireActor()
  if (!may(actor, permission)) notFound()
  return authorize(actor, permission)
}

/** The API token behind `Authorization: Bearer cdk_…`; null when there is none, or it is unknown, expired or revoked. */
export async function actorFromBearer(request: Request): Promise<TokenActor | null> {
  const match = /^Bearer +(cdk_[A-Za-z0-9_-]{43})$/i.exec(request.headers.get('authorization') ?? '')
  return match?.[1] ? findToken(match[1]) : null
}
