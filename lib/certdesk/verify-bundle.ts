/**
 * `certdesk verify-bundle FILE [--key FILE]`: verifies an evidence bundle, a line for each part and for each thing the parts say. Needs no
 * database and no running portal. --key: the keys the bundle may be signed with, PEM, as the portal has them at /pki/bundle-keys.pem;
 * without it the key that signed is named, to be compared. Ends with 1 if anything failed.
 */
import { readFileSync, statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { MAX_BUNDLE_BYTES } from '#lib/core/bundle/format.ts'
import { readPublicKeys } from '#lib/core/bundle/public-keys.ts'
import { type BundleVerdict, failedNames, unknownSigner } from '#lib/core/bundle/verdict.ts'
import { verifyBundle } from '#lib/core/bundle/verify.ts'
import { verifierMessages as words } from '#lib/messages/verifier.ts'
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
  console.log(plain(summary(verdict)))
  if (!verdict.ok) process.exitCode = 1
}

const summary = (verdict: BundleVerdict): string =>
  verdict.ok && verdict.about
    ? words.good('The bundle', verdict.about.enrollmentId, verdict.about.madeAt, unknownSigner(verdict))
    : words.bad('The bundle', failedNames(verdict))

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
