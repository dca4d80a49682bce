/**
 * Sign-in: better-auth on our own tables. It hashes passwords, makes and signs session cookies and reads them back; what an account may
 * do is not its business (lib/auth/permissions.ts).
 *
 * None of its HTTP endpoints is mounted: signing in and out are server actions (app/(auth)), so there is no sign-up and no update over
 * HTTP to forget. OIDC and passkeys will bring routes of their own.
 *
 * Its words and ours: its user is our Account, its account (one way to prove who one is) our AccountCredential. Because its "account" and
 * ours would collide, it is handed Prisma under names that are nobody's else.
 */
import { betterAuth } from 'better-auth'
import { prismaAdapter } from 'better-auth/adapters/prisma'
import { db } from '#lib/db.ts'
import { webEnv } from '#lib/env.ts'
import { logger } from '#lib/log.ts'
import { ownOrigins } from './same-origin.ts'

/** A session ends this long after it began, used or not. */
export const SESSION_SECONDS = 12 * 3600

function makeAuth() {
  const { publicUrl, sessionSecret } = webEnv()
  const https = publicUrl.startsWith('https:')
  const prisma = db()
  const tables = {
    signInAccount: prisma.account,
    accountSession: prisma.accountSession,
    accountCredential: prisma.accountCredential,
    accountVerification: prisma.accountVerification,
    rateLimit: prisma.rateLimit,
  }
  return betterAuth({
    appName: 'Certdesk',
    baseURL: publicUrl,
    secret: sessionSecret,
    trustedOrigins: ownOrigins(publicUrl),
    database: prismaAdapter(tables, { provider: 'postgresql' }),
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 12, maxPasswordLength: 200 },
    user: {
      modelName: 'signInAccount',
      additionalFields: {
        role: { type: 'string', input: false },
        userId: { type: 'string', required: false, input: false },
        disabledAt: { type: 'date', required: false, input: false },
      },
    },
    session: {
      modelName: 'accountSession',
      fields: { userId: 'accountId' },
      expiresIn: SESSION_SECONDS,
      disableSessionRefresh: true,
      // Every request asks the database: signing out, disabling and a new role hold from the next click on.
      cookieCache: { enabled: false },
    },
    databaseHooks: { session: { create: { before: async ({ userId }) => await mayHaveSession(userId) } } },
    account: { modelName: 'accountCredential', fields: { userId: 'accountId', accountId: 'providerAccountId' } },
    verification: { modelName: 'accountVerification' },
    rateLimit: { enabled: true, storage: 'database', modelName: 'rateLimit' },
    advanced: {
      // The prefix is part of the name: a sub-domain or a plain-http page cannot set such a cookie (F-W18, F-W19).
      useSecureCookies: false,
      cookies: { session_token: { name: https ? '__Host-certdesk-session' : 'certdesk-session' } },
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/', secure: https },
      database: { validateSchema: false },
    },
    logger: {
      log: (level, message) => logger('auth')[level === 'error' ? 'error' : level === 'warn' ? 'warn' : 'debug'](message),
    },
    telemetry: { enabled: false },
  })
}

/** A disabled account gets no session, whatever it proves. */
const mayHaveSession = async (accountId: string): Promise<boolean> =>
  (await db().account.count({ where: { id: accountId, disabledAt: null } })) === 1

// Development servers load modules again and again.
const kept = globalThis as typeof globalThis & { certdeskAuth?: ReturnType<typeof makeAuth> }

export function auth(): ReturnType<typeof makeAuth> {
  kept.certdeskAuth ??= makeAuth()
  return kept.certdeskAuth
}
