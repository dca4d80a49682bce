/**
 * GetCACaps (RFC 8894 §3.5.2): what the CA can, and the best that follows for us.
 *
 * The answer is not signed, so it can only choose among what is good enough anyway: SHA-1, Triple-DES and DES are used only where the
 * connection allows legacy algorithms, whatever a capability list says or leaves out.
 */
import { CIPHERS, type CipherAlgorithm, DIGESTS, type DigestAlgorithm } from '../cms/algorithms.ts'

export type Capabilities = ReadonlySet<string>

const MAX_TEXT = 2_000

/** Lines of key words, in any case. Unknown ones are kept and mean nothing (§3.5.2). */
export const parseCapabilities = (text: string): Capabilities =>
  new Set(
    text
      .slice(0, MAX_TEXT)
      .split(/\r\n|\r|\n/)
      .map((line) => line.trim().toLowerCase())
      .filter((line) => line !== ''),
  )

export interface Choice {
  digest: DigestAlgorithm
  cipher: CipherAlgorithm
  post: boolean
}

const byName = <T extends { name: string }>(known: readonly T[], name: T['name']): T =>
  known.find((one) => one.name === name) as T

/** The algorithms to use, or in words why there are none. */
export function chooseAlgorithms(capabilities: Capabilities, legacy: boolean): Choice | string {
  const has = (word: string): boolean => capabilities.has(word)
  // §3.5.2: SCEPStandard stands for AES, POSTPKIOperation and SHA-256.
  const standard = has('scepstandard')
  const digest =
    standard || has('sha-256')
      ? byName(DIGESTS, 'SHA-256')
      : has('sha-512')
        ? byName(DIGESTS, 'SHA-512')
        : legacy
          ? byName(DIGESTS, 'SHA-1')
          : null
  if (digest === null) return 'it offers no digest better than SHA-1'
  const cipher =
    standard || has('aes') ? byName(CIPHERS, 'AES-128') : legacy ? byName(CIPHERS, has('des3') ? 'DES3' : 'DES') : null
  if (cipher === null) return 'it offers no encryption better than Triple-DES'
  return { digest, cipher, post: standard || has('postpkioperation') }
}
