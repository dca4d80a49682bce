/**
 * Sealing of the CA's private keys for storage in `issuer_secret`.
 *
 * AES-256-GCM under a key made from CA_KEY_PASSPHRASE by scrypt. scrypt and not HKDF, because an operator may choose a passphrase that people
 * can remember. A process uses one salt for all it seals, and keeps the keys it made (a tenth of a second each): the blobs differ by their
 * random IV, of which a key can have 2^32 (NIST SP 800-38D §8.3), and whoever can read this memory can read the passphrase too. The label (issuer and key name) is authenticated with the blob, so that somebody who can
 * write the table but lacks the passphrase cannot make the root's key pass for the issuing key.
 *
 * Blob: "CDS1" ‖ log2(N) ‖ salt(16) ‖ iv(12) ‖ tag(16) ‖ ciphertext. The cost stands in the blob, so that it can be raised later; what is read
 * is bounded, so that a blob cannot ask for gigabytes.
 *
 * Fails with IssuerError `wrong_passphrase` when the tag does not fit: the passphrase was changed, or the table was.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes, scrypt } from 'node:crypto'
import { IssuerError } from '../errors.ts'

const MAGIC = Buffer.from('CDS1', 'latin1')
const LOG2_N = 15
const SALT = 16
const IV = 12
const TAG = 16
const HEADER = MAGIC.length + 1 + SALT + IV + TAG

/** By passphrase and salt, as a hash. */
const derived = new Map<string, Promise<Buffer>>()
const MAX_DERIVED = 100
const ownSalt = randomBytes(SALT)

function deriveKey(passphrase: string, salt: Uint8Array, log2N: number): Promise<Buffer> {
  const id = createHash('sha256').update(Buffer.of(log2N)).update(salt).update(passphrase, 'utf8').digest('base64')
  const known = derived.get(id)
  if (known !== undefined) return known
  if (derived.size >= MAX_DERIVED) derived.clear()
  const made = stretch(passphrase, salt, log2N)
  derived.set(id, made)
  return made
}

const stretch = (passphrase: string, salt: Uint8Array, log2N: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    // scrypt needs 128·N·r bytes; Node's default limit is exactly that for N = 2^15, r = 8 and refuses it, hence the double.
    const options = { N: 2 ** log2N, r: 8, p: 1, maxmem: 256 * 2 ** log2N * 8 }
    scrypt(passphrase, salt, 32, options, (error, key) => (error ? reject(error) : resolve(key)))
  })

/** @param label what the blob is, e.g. "certdesk-issuing-ca/issuing-key"; must be given again to open it. */
export async function sealSecret(secret: Uint8Array, passphrase: string, label: string): Promise<Buffer<ArrayBuffer>> {
  const iv = randomBytes(IV)
  const cipher = createCipheriv('aes-256-gcm', await deriveKey(passphrase, ownSalt, LOG2_N), iv)
  cipher.setAAD(Buffer.from(label, 'utf8'))
  const ciphertext = Buffer.concat([cipher.update(secret), cipher.final()])
  return Buffer.concat([MAGIC, Buffer.of(LOG2_N), ownSalt, iv, cipher.getAuthTag(), ciphertext])
}

/** @throws IssuerError wrong_passphrase, sealed_damaged */
export async function openSecret(sealed: Uint8Array, passphrase: string, label: string): Promise<Buffer<ArrayBuffer>> {
  const blob = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
  const log2N = blob[MAGIC.length] ?? 0
  if (blob.length <= HEADER || !blob.subarray(0, MAGIC.length).equals(MAGIC) || log2N < 14 || log2N > 20) {
    throw new IssuerError('sealed_damaged', `The sealed key ${label} is damaged: restore the table issuer_secret from a backup.`)
  }
  const saltAt = MAGIC.length + 1
  const salt = blob.subarray(saltAt, saltAt + SALT)
  const iv = blob.subarray(saltAt + SALT, HEADER - TAG)
  const tag = blob.subarray(HEADER - TAG, HEADER)
  const decipher = createDecipheriv('aes-256-gcm', await deriveKey(passphrase, salt, log2N), iv, { authTagLength: TAG })
  decipher.setAAD(Buffer.from(label, 'utf8'))
  decipher.setAuthTag(tag)
  try {
    return Buffer.concat([decipher.update(blob.subarray(HEADER)), decipher.final()])
  } catch (cause) {
    throw new IssuerError(
      'wrong_passphrase',
      `CA_KEY_PASSPHRASE does not open the key ${label}: give the worker the passphrase this CA was made with.`,
      { cause },
    )
  }
}
