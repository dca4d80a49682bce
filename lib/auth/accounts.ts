/**
 * Making accounts. Works in any process that may write the account tables: the seed and the command line as well as the web.
 */
import { randomInt } from 'node:crypto'
import { hashPassword } from 'better-auth/crypto'
import { z } from 'zod'
import { insertAccount } from '#lib/data/accounts.ts'
import { authorize, type Grant, type Role } from './permissions.ts'

export const ACCOUNT_ROLES = ['admin', 'helpdesk', 'auditor', 'user'] as const satisfies readonly Role[]

export const newAccountSchema = z.strictObject({
  email: z.email({ error: 'This is not an e-mail address.' }).max(254),
  name: z.string().trim().min(1, 'A name is needed.').max(200),
  role: z.enum(ACCOUNT_ROLES),
  password: z.string().min(12, 'A password needs at least 12 characters.').max(200),
  userId: z.uuid().nullish(),
})
export type NewAccountInput = z.input<typeof newAccountSchema>

/** The grant of somebody at the portal's own machine; the name goes into the audit. */
export const commandLineGrant = (name = 'certdesk command line'): Grant<'account:manage'> =>
  authorize({ kind: 'system', name }, 'account:manage')

/**
 * Makes a sign-in with a password.
 * @throws RequestError conflict if the e-mail has an account already; ZodError if the input is not one
 */
export async function createAccount(
  input: NewAccountInput,
  grant: Grant<'account:manage'> = commandLineGrant(),
): Promise<{ id: string }> {
  const { password, ...account } = newAccountSchema.parse(input)
  return insertAccount(grant, { ...account, passwordHash: await hashPassword(password) })
}

/** Without characters that look like others in some typeface. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** A password to hand over once: 20 characters in groups of five, some 116 bits. */
export function makePassword(): string {
  const characters = Array.from({ length: 20 }, () => ALPHABET[randomInt(ALPHABET.length)])
  return [0, 5, 10, 15].map((at) => characters.slice(at, at + 5).join('')).join('-')
}
