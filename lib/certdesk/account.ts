/**
 * `certdesk account create --email E --name N --role R [--password-file FILE]`: makes a sign-in. Without a file it makes a password and
 * prints it, once. A password is never taken from the command line itself: every process list would show it.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { ZodError } from 'zod'
import { ACCOUNT_ROLES, commandLineGrant, createAccount, makePassword, newAccountSchema } from '#lib/auth/accounts.ts'
import { RequestError } from '#lib/core/errors.ts'
import { UsageError } from './usage.ts'

const USAGE = `certdesk account create --email ADDRESS --name NAME --role ${ACCOUNT_ROLES.join('|')} [--password-file FILE]`

export async function accountCommand(args: string[]): Promise<void> {
  const [verb, ...rest] = args
  if (verb !== 'create') throw new UsageError(USAGE)
  const { email, name, role, 'password-file': file } = parse(rest)
  if (!email || !name || !role) throw new UsageError(USAGE)
  const password = file === undefined ? makePassword() : readPassword(file)
  try {
    const account = newAccountSchema.parse({ email, name, role, password })
    await createAccount(account, commandLineGrant())
  } catch (error) {
    if (error instanceof ZodError)
      throw new UsageError(error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'), { cause: error })
    if (error instanceof RequestError) throw new UsageError(error.message, { cause: error })
    throw error
  }
  console.log(`Account ${email} (${role}) can sign in now.`)
  if (file === undefined) console.log(`Password: ${password}`)
}

function readPassword(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8').replace(/\r?\n$/, '')
  } catch (cause) {
    throw new UsageError(`The file ${file} cannot be read.`, { cause })
  }
}

function parse(args: string[]) {
  try {
    const options = {
      email: { type: 'string' },
      name: { type: 'string' },
      role: { type: 'string' },
      'password-file': { type: 'string' },
    } as const
    return parseArgs({ args, options }).values
  } catch (cause) {
    throw new UsageError(USAGE, { cause })
  }
}
