/**
 * The first sign-ins: an administrator and a helpdesk person with random passwords, made when there is no account at all. The passwords
 * are kept in the data folder for this user only, so that every later start can show them again; nothing else knows them.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { commandLineGrant, createAccount, makePassword } from '#lib/auth/accounts.ts'
import { db } from '#lib/db.ts'

const signInsSchema = z.array(
  z.object({ role: z.enum(['admin', 'helpdesk']), email: z.string(), name: z.string(), password: z.string() }),
)
export type SignIns = z.infer<typeof signInsSchema>

const FIRST: readonly Omit<SignIns[number], 'password'>[] = [
  { role: 'helpdesk', email: 'helpdesk@example.com', name: 'Hanna Helpdesk' },
  { role: 'admin', email: 'admin@example.com', name: 'Adam Admin' },
]

const fileOf = (dataDir: string): string => join(dataDir, 'sign-in.json')

/** @returns the sign-ins as they were made at first; empty if the accounts were made by somebody else. */
export async function ensureSignIns(dataDir: string): Promise<SignIns> {
  const kept = read(dataDir)
  const missing = kept ?? FIRST.map((who) => ({ ...who, password: makePassword() }))
  if ((await db().account.count()) > 0) return kept ?? []
  // Kept before it is used: a start that is cut short between the two must not leave an account that nobody can use.
  writeFileSync(fileOf(dataDir), JSON.stringify(missing, null, 2), { mode: 0o600 })
  for (const who of missing) await createAccount(who, commandLineGrant('first start'))
  return missing
}

function read(dataDir: string): SignIns | null {
  try {
    return signInsSchema.parse(JSON.parse(readFileSync(fileOf(dataDir), 'utf8')))
  } catch {
    return null
  }
}
