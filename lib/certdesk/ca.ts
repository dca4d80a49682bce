/**
 * `certdesk ca …`: the embedded CA from the portal's own machine. Needs CA_KEY_PASSPHRASE as the worker has it, or the data folder in
 * which `npm start` keeps it. Passphrases are never arguments: other users of the machine see those.
 */
import { parseArgs } from 'node:util'
import { authorize } from '#lib/auth/permissions.ts'
import { readCaEnv, readDataDir } from '#lib/env.ts'
import { EMBEDDED_ISSUER_NAME } from '#lib/issuer/embedded/create.ts'
import { IssuerError } from '#lib/issuer/errors.ts'
import { rotateIssuingCa } from '#lib/workflows/rotate-issuing-ca.ts'
import { UsageError } from './usage.ts'

const USAGE = 'certdesk ca rotate-issuing [--name NAME]'

/** Shown in the audit as who did it. */
const grant = () => authorize({ kind: 'system', name: 'certdesk command line' }, 'system:work')

async function context() {
  const { readRunning } = await import('#lib/embedded/running.ts')
  return readCaEnv(process.env, readRunning(readDataDir(process.env))?.url)
}

export async function caCommand([verb, ...args]: string[]): Promise<void> {
  const commands: Readonly<Record<string, (args: string[]) => Promise<void>>> = { 'rotate-issuing': rotate }
  const command = commands[verb ?? '']
  if (!command) throw new UsageError(USAGE)
  try {
    await command(args)
  } catch (error) {
    if (error instanceof IssuerError) throw new UsageError(error.message, { cause: error })
    throw error
  }
}

async function rotate(args: string[]): Promise<void> {
  const { name = EMBEDDED_ISSUER_NAME } = options(args, { name: { type: 'string' } })
  const made = await rotateIssuingCa(grant(), await context(), name)
  console.log(
    `${made.name} issues from now on, in the place of ${made.replaces}. Its certificate ends on ${made.notAfter.toISOString().slice(0, 10)}.`,
  )
  console.log(`Certificates of ${made.replaces} stay valid; its revocation list and OCSP answers go on.`)
}

function options<const O extends Record<string, { type: 'string' }>>(args: string[], spec: O): { [K in keyof O]?: string } {
  try {
    return parseArgs({ args, options: spec }).values as { [K in keyof O]?: string }
  } catch (cause) {
    throw new UsageError(USAGE, { cause })
  }
}
