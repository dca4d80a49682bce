/**
 * Signing in with e-mail and password, and out. A wrong e-mail and a wrong password give the same answer after the same work (F-W20);
 * attempts are counted before the password is looked at; each sign-in makes a new session (F-W18).
 */
import { APIError } from 'better-auth/api'
import { parseSetCookieHeader, toCookieOptions } from 'better-auth/cookies'
import { cookies, headers } from 'next/headers'
import { after } from 'next/server'
import { systemClock } from '#lib/clock.ts'
import { findAccountByEmail, noteSignIn } from '#lib/data/accounts.ts'
import { forgetAttempts, takeAttempt } from '#lib/data/accounts-attempts.ts'
import { webEnv } from '#lib/env.ts'
import { actorFromSession } from './actor.ts'
import { auth } from './auth.ts'
import { isKnownBrowser, KNOWN_BROWSER_COOKIE, knownBrowserMark } from './known-browser.ts'

export type SignInResult = { status: 'ok' } | { status: 'wrong' } | { status: 'disabled' } | { status: 'wait'; seconds: number }

/** Checks the password and, if it is right, puts the session's cookie on the answer being made. */
export async function signIn(email: string, password: string): Promise<SignInResult> {
  const { sessionSecret, publicUrl } = webEnv()
  const jar = await cookies()
  const key = { email, knownBrowser: isKnownBrowser(sessionSecret, email, jar.get(KNOWN_BROWSER_COOKIE.name)?.value) }
  const seconds = await takeAttempt(key, systemClock.now())
  if (seconds > 0) return { status: 'wait', seconds }

  const requestHeaders = new Headers(await headers())
  const [made, account] = await Promise.all([tryPassword(email, password, requestHeaders), findAccountByEmail(email)])
  if (made.status !== 'ok') {
    // Written after the answer is sent: how long an answer takes must not tell whether there is an account.
    if (account) after(() => noteSignIn(account, 'account.sign_in_failed'))
    return made
  }
  await forgetAttempts(key)
  await endSession(requestHeaders)
  for (const [name, cookie] of parseSetCookieHeader(made.setCookie)) jar.set(name, cookie.value, toCookieOptions(cookie))
  jar.set(KNOWN_BROWSER_COOKIE.name, knownBrowserMark(sessionSecret, email), {
    path: KNOWN_BROWSER_COOKIE.path,
    maxAge: KNOWN_BROWSER_COOKIE.maxAge,
    httpOnly: true,
    sameSite: 'lax',
    secure: publicUrl.startsWith('https:'),
  })
  if (account) await noteSignIn(account, 'account.signed_in')
  return { status: 'ok' }
}

async function tryPassword(
  email: string,
  password: string,
  requestHeaders: Headers,
): Promise<{ status: 'ok'; setCookie: string } | { status: 'wrong' } | { status: 'disabled' }> {
  try {
    const { headers: made } = await auth().api.signInEmail({
      body: { email, password },
      headers: requestHeaders,
      returnHeaders: true,
    })
    return { status: 'ok', setCookie: made.get('set-cookie') ?? '' }
  } catch (error) {
    if (!(error instanceof APIError)) throw error
    // The session was refused (auth.ts: mayHaveSession): the password was right, so this may be said.
    return { status: error.body?.code === 'FAILED_TO_CREATE_SESSION' ? 'disabled' : 'wrong' }
  }
}

/** Deletes the session these headers carry, if they carry one: nothing that was copied from the cookie works any more. */
async function endSession(requestHeaders: Headers): Promise<void> {
  if (!requestHeaders.get('cookie')?.includes('certdesk-session=')) return
  await auth().api.signOut({ headers: requestHeaders })
}

/** Ends the session on the server and takes the cookie away. */
export async function signOut(): Promise<void> {
  const requestHeaders = new Headers(await headers())
  const actor = await actorFromSession(requestHeaders)
  await endSession(requestHeaders)
  const jar = await cookies()
  const { name, attributes } = (await auth().$context).authCookies.sessionToken
  jar.set(name, '', { path: '/', httpOnly: true, sameSite: 'lax', secure: attributes.secure === true, maxAge: 0 })
  if (actor) await noteSignIn(actor, 'account.signed_out')
}
