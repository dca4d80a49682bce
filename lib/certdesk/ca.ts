/**
 * `certdesk ca …`: the embedded CA from the portal's own machine. Needs CA_KEY_PASSPHRASE as the worker has it, or the data folder in
 * which `npm start` keeps it. Passphrases are never arguments: other users of the machine see those.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { authorize } from '#lib/auth/permissions.ts'
import { readCaEnv, readDataDir, readExportPassphrase } from '#lib/env.ts'
import { EMBEDDED_ISSUER_NAME } from '#lib/issuer/embedded/create.ts'
import { IssuerError } from '#lib/issuer/errors.ts'
import { exportCa } from '#lib/workflows/export-ca.ts'
import { restoreCa } from '#lib/workflows/restore-ca.ts'
import { rotateIssuingCa } from '#lib/workflows/rotate-issuing-ca.ts'
import { readPassphrase } from './read-passphrase.ts'
import { UsageError } from './usage.ts'

const USAGE = `certdesk ca rotate-issuing [--name NAME]
       certdesk ca export FILE
       certdesk ca restore FILE`

/** Shown in the audit as who did it. */
const grant = () => authorize({ kind: 'system', name: 'certdesk command line' }, 'system:work')

async function context() {
  const { readRunning } = await import('#lib/embedded/running.ts')
  return readCaEnv(process.env, readRunning(readDataDir(process.env))?.url)
}

export async function caCommand([verb, ...args]: string[]): Promise<void> {
  const commands: Readonly<Record<string, (args: string[]) => Promise<void>>> = {
    'rotate-issuing': rotate,
    export: exportTo,
    restore: restoreFrom,
  }
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

/** The file is written last, and never over another one. */
async function exportTo([file, ...rest]: string[]): Promise<void> {
  if (!file || rest.length > 0) throw new UsageError(USAGE)
  if (existsSync(file)) throw new UsageError(`${file} exists already; nothing was exported.`)
  const passphrase = readExportPassphrase(process.env) ?? (await askTwice())
  const exported = await exportCa(grant(), await context(), passphrase)
  writeFileSync(file, exported.file, { mode: 0o600, flag: 'wx' })
  for (const { name, certificates } of exported.issuers)
    console.log(`${name}, with what is known of ${certificates} certificates`)
  console.log(`is in ${file}. Whoever has the file and its passphrase can sign as this CA: keep them apart.`)
}

async function restoreFrom([file, ...rest]: string[]): Promise<void> {
  if (!file || rest.length > 0) throw new UsageError(USAGE)
  const content = readExported(file)
  const passphrase = readExportPassphrase(process.env) ?? (await readPassphrase('Passphrase of the exported CA: '))
  const restored = await restoreCa(grant(), await context(), content, passphrase)
  for (const { name, certificates } of restored.issuers)
    console.log(`${name}, with what is known of ${certificates} certificates`)
  console.log(`is as it was at ${restored.exportedAt.toISOString()}; new revocation lists are signed. Start the worker again.`)
  if (restored.revokedOnlyThere > 0)
    console.log(
      `${restored.revokedOnlyThere} certificates were revoked in the export and are valid here: they are listed as revoked. Revoke them here too.`,
    )
}

function readExported(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new UsageError(`The file ${file} cannot be read.`, { cause })
  }
}

async function askTwice(): Promise<string> {
  const passphrase = await readPassphrase('Passphrase for the file, at least 12 characters: ')
  if (passphrase.length < 12) throw new UsageError('The passphrase is too short; it must have at least 12 characters.')
  if ((await readPassphrase('Again: ')) !== passphrase) throw new UsageError('The two are not the same; nothing was exported.')
  return passphrase
}

function options<const O extends Record<string, { type: 'string' }>>(args: string[], spec: O): { [K in keyof O]?: string } {
  try {
    return parseArgs({ args, options: spec }).values as { [K in keyof O]?: string }
  } catch (cause) {
    throw new UsageError(USAGE, { cause })
  }
}
