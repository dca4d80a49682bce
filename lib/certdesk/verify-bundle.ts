/**
 * `certdesk verify-bundle FILE [--key FILE]`: verifies an evidence bundle, a line for each part and for each thing the parts say. Needs no
 * database and no running portal. --key: the keys the bundle may be signed with, PEM, as the portal has them at /pki/bundle-keys.pem;
 * without it the key that signed is named, to be compared. Ends with 1 if anything failed.
 */
import { readFileSync, statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { MAX_BUNDLE_BYTES } from '#lib/core/bundle/format.ts'
import { readPublicKeys } from '#lib/core/bundle/public-keys.ts'
import { type BundleVerdict, verifyBundle } from '#lib/core/bundle/verify.ts'
import { UsageError } from './usage.ts'

const USAGE = 'certdesk verify-bundle FILE [--key FILE]'
const SIGNS = { ok: '✓', failed: '✗', note: '·' } as const

/** Foreign text on a terminal: no control characters. */
const plain = (text: string): string => text.replace(/\p{C}/gu, '\ufffd')

export async function verifyBundleCommand(args: string[]): Promise<void> {
  const { file, key } = parse(args)
  const trustedKeys = key === undefined ? undefined : readPublicKeys(read(key).toString('latin1'))
  if (trustedKeys?.length === 0) throw new UsageError(`There is no PEM public key in ${key}.`)
  const verdict = verifyBundle(read(file), trustedKeys ? { trustedKeys } : {})
  for (const { name, outcome, said } of verdict.findings) console.log(plain(`${SIGNS[outcome]} ${name}: ${said}`))
  console.log(summary(verdict))
  if (!verdict.ok) process.exitCode = 1
}

function summary({ ok, about, findings }: BundleVerdict): string {
  const failed = findings.filter(({ outcome }) => outcome === 'failed').length
  if (!ok) return `The bundle is NOT good: ${failed} of ${findings.length} lines failed.`
  return plain(`The bundle is good: enrolment ${about?.enrollmentId}, made ${about?.madeAt}, ${findings.length} lines.`)
}

function read(path: string): Buffer {
  try {
    if (statSync(path).size > MAX_BUNDLE_BYTES) throw new UsageError(`${path} is larger than any bundle.`)
    return readFileSync(path)
  } catch (cause) {
    if (cause instanceof UsageError) throw cause
    throw new UsageError(`${path} cannot be read.`, { cause })
  }
}

function parse(args: string[]): { file: string; key: string | undefined } {
  try {
    const { values, positionals } = parseArgs({ args, options: { key: { type: 'string' } }, allowPositionals: true })
    const [file, ...more] = positionals
    if (file !== undefined && more.length === 0) return { file, key: values.key }
  } catch (cause) {
    throw new UsageError(USAGE, { cause })
  }
  throw new UsageError(USAGE)
}
