/**
 * `certdesk token create --role helpdesk --name NAME [--days N]`: makes an API token and prints it, alone on standard output, so that a
 * script can take it. It is shown this once; the database keeps its hash.
 */
import { parseArgs } from 'node:util'
import { commandLineGrant } from '#lib/auth/accounts.ts'
import { systemClock } from '#lib/clock.ts'
import { createToken, revokeToken, TOKEN_ROLES, type TokenRole } from '#lib/data/tokens.ts'
import { UsageError } from './usage.ts'

const USAGE = `certdesk token create --role ${TOKEN_ROLES.join('|')} --name NAME [--days N]\n       certdesk token revoke ID`

export async function tokenCommand(args: string[]): Promise<void> {
  const [verb, ...rest] = args
  if (verb === 'create') return create(rest)
  if (verb === 'revoke') return revoke(rest)
  throw new UsageError(USAGE)
}

async function create(args: string[]): Promise<void> {
  const { values } = parse(args)
  const role = TOKEN_ROLES.find((known): known is TokenRole => known === values.role)
  const name = values.name?.trim()
  if (!role || !name) throw new UsageError(USAGE)
  if (name.length > 100) throw new UsageError('--name has at most 100 characters.')
  const days = values.days === undefined ? null : Number(values.days)
  if (days !== null && !(Number.isInteger(days) && days >= 1 && days <= 3650))
    throw new UsageError('--days is a whole number from 1 to 3650.')
  const expiresAt = days === null ? undefined : new Date(systemClock.now().getTime() + days * 86_400_000)
  const { id, token } = await createToken(commandLineGrant(), { name, role, ...(expiresAt ? { expiresAt } : {}) })
  console.error(`Token "${name}" (${role}), id ${id}. It is shown this once:`)
  console.log(token)
}

async function revoke([id, ...rest]: string[]): Promise<void> {
  if (!id || rest.length > 0 || !/^[0-9a-f-]{36}$/i.test(id)) throw new UsageError(USAGE)
  if (!(await revokeToken(commandLineGrant(), id))) throw new UsageError(`There is no token ${id} that could be revoked.`)
  console.error(`Token ${id} is revoked.`)
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: { role: { type: 'string' }, name: { type: 'string' }, days: { type: 'string' } } })
  } catch (cause) {
    throw new UsageError(USAGE, { cause })
  }
}
