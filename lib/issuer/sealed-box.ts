/**
 * Credentials for a remote CA on their way from a page to the worker: whoever has the public key can write one, only the worker can read it.
 *
 * X25519 with a fresh key of the sender's, HKDF-SHA256 (RFC 5869) over the shared secret, AES-256-GCM. The label is authenticated with it
 * and says what the credential is for: issuer, name, and *where it may be sent* (`credentialLabel`). So a web process in foreign hands can
 * neither read a credential that others entered (its database role cannot, and it lacks the key) nor have the worker send it to another
 * address: with another address or TLS issuer in the configuration the box does not open, and the credential must be entered again.
 *
 * Box: "CDX1" ‖ sender's public key(32) ‖ iv(12) ‖ tag(16) ‖ ciphertext. Fails with IssuerError `credential_unreadable`.
 */
import {
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { IssuerError } from './errors.ts'

const MAGIC = Buffer.from('CDX1', 'latin1')
const RAW_KEY = 32
const IV = 12
const TAG = 16
const HEADER = MAGIC.length + RAW_KEY + IV + TAG
/** RFC 8410 §4: the SubjectPublicKeyInfo of an X25519 key is this and the 32 octets. */
const SPKI_PREFIX = Buffer.from('302a300506032b656e032100', 'hex')
const INFO = 'certdesk credential 1'

/** A PEM private key of 4096 bits has 3 kB. */
export const MAX_CREDENTIAL_BYTES = 10_000

export const makeSealingKey = (): { publicKey: Bytes; privateKey: Bytes } => {
  const { publicKey, privateKey } = generateKeyPairSync('x25519')
  return {
    publicKey: publicKey.export({ format: 'der', type: 'spki' }) as Bytes,
    privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }) as Bytes,
  }
}

/** @param binding where the credential may be sent (lib/core/issuer-config: `bindingOf`) */
export const credentialLabel = (issuerId: string, name: string, binding: string): string => `${issuerId}/${name}/${binding}`

/** Of a one-time challenge; no credential has this name. */
export const challengeLabel = (issuerId: string, binding: string): string => credentialLabel(issuerId, 'challenge', binding)

const rawOf = (publicKey: KeyObject): Buffer => publicKey.export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX.length)

function boxKey(privateKey: KeyObject, publicKey: KeyObject, sender: Uint8Array, receiver: Uint8Array): Buffer {
  const shared = diffieHellman({ privateKey, publicKey })
  return Buffer.from(hkdfSync('sha256', shared, Buffer.concat([sender, receiver]), INFO, 32))
}

/** @param receiver the worker's public key, SubjectPublicKeyInfo */
export function sealCredential(secret: Uint8Array, receiver: Uint8Array, label: string): Buffer<ArrayBuffer> {
  const receiverKey = createPublicKey({ key: Buffer.from(receiver), format: 'der', type: 'spki' })
  const sender = generateKeyPairSync('x25519')
  const senderRaw = rawOf(sender.publicKey)
  const iv = randomBytes(IV)
  const key = boxKey(sender.privateKey, receiverKey, senderRaw, rawOf(receiverKey))
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  cipher.setAAD(Buffer.from(label, 'utf8'))
  const ciphertext = Buffer.concat([cipher.update(secret), cipher.final()])
  return Buffer.concat([MAGIC, senderRaw, iv, cipher.getAuthTag(), ciphertext])
}

/** @throws IssuerError credential_unreadable */
export function openCredential(sealed: Uint8Array, receiver: KeyObject, label: string): Buffer<ArrayBuffer> {
  const box = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
  const unreadable = (cause?: unknown) =>
    new IssuerError(
      'credential_unreadable',
      `A stored secret was entered for another address than the one configured now, or is damaged (${label.split('/')[1]}): enter it again.`,
      { cause },
    )
  if (box.length <= HEADER || !box.subarray(0, MAGIC.length).equals(MAGIC)) throw unreadable()
  const senderRaw = box.subarray(MAGIC.length, MAGIC.length + RAW_KEY)
  const iv = box.subarray(MAGIC.length + RAW_KEY, HEADER - TAG)
  try {
    const sender = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, senderRaw]), format: 'der', type: 'spki' })
    const key = boxKey(receiver, sender, senderRaw, rawOf(createPublicKey(receiver)))
    const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG })
    decipher.setAAD(Buffer.from(label, 'utf8'))
    decipher.setAuthTag(box.subarray(HEADER - TAG, HEADER))
    return Buffer.concat([decipher.update(box.subarray(HEADER)), decipher.final()])
  } catch (cause) {
    throw unreadable(cause)
  }
}
