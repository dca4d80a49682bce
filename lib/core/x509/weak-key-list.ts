/**
 * Lists of RSA keys that anybody can make again, in the form of Debian's package openssl-blacklist (openssl-vulnkey(1)): one key a line, the
 * last 80 bits of the SHA-1 of what `openssl rsa -noout -modulus` prints, as 20 lower-case hexadecimal digits; lines with # are comments.
 *
 * Debian's OpenSSL of 2006 to 2008 knew 32768 states of its random numbers for each kind of machine (CVE-2008-0166). Nothing in such a key
 * shows it, so it can only be looked up; the lists are some megabytes and are not part of this portal.
 */
import { hash } from 'node:crypto'
import { CodedError } from '../errors.ts'
import type { PublicKeyParts } from './spki.ts'

/** A line is no key. */
export class WeakKeyListError extends CodedError<'weak_key_list'> {
  constructor(line: number) {
    super('weak_key_list', `line ${line} is not 20 hexadecimal digits`)
  }
}

/** The keys of one file. @throws WeakKeyListError */
export function parseWeakKeyList(text: string): string[] {
  return text.split('\n').flatMap((raw, i) => {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) return []
    if (!/^[0-9a-f]{20}$/.test(line)) throw new WeakKeyListError(i + 1)
    return [line]
  })
}

/** The name of an RSA key on such a list; null for a key of another kind. */
export function weakListName(key: PublicKeyParts): string | null {
  if (key.kty !== 'RSA') return null
  return hash('sha1', `Modulus=${key.n.toString('hex').replace(/^0+/, '').toUpperCase()}\n`).slice(20)
}
