/**
 * EnvelopedData (RFC 5652 §6) for one recipient: RSAES-PKCS1-v1_5 key transport, CBC content encryption. What SCEP (RFC 8894 §3.2.2) and every
 * peer of it speaks.
 *
 * Reading it gives nothing away about the padding (RFC 3218, Bleichenbacher): the RSA block is opened raw, and a block that is not padded as
 * it should be yields a random key of the right length, so that all that ever shows is "cannot be decrypted". On top of that the caller
 * has verified who sent it before anything is decrypted.
 */
import {
  constants,
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
} from 'node:crypto'
import {
  type Bytes,
  contextPrimitive,
  contextTag,
  type DerNode,
  expectTag,
  integer,
  nul,
  octetString,
  oid,
  readOctetString,
  readOid,
  readSequence,
  readSet,
  seq,
  setOf,
  TAG,
} from '../asn1/der.ts'
import { OID, oidName } from '../asn1/oids.ts'
import { type CipherAlgorithm, cipherKey, findCipher } from './algorithms.ts'
import { CmsError } from './errors.ts'
import { type CertificateName, encodeContentInfo, isNamedBy, readContentInfo } from './signed-data.ts'

/** Encrypts to one RSA certificate. */
export function encodeEnvelopedData(
  content: Uint8Array,
  recipient: CertificateName & { key: KeyObject },
  algorithm: CipherAlgorithm,
): Buffer<ArrayBuffer> {
  const key = randomBytes(algorithm.keyBytes)
  const iv = randomBytes(algorithm.blockBytes)
  const cipher = createCipheriv(algorithm.cipher, cipherKey(algorithm, key), iv)
  const encrypted = Buffer.concat([cipher.update(content), cipher.final()])
  const encryptedKey = publicEncrypt({ key: recipient.key, padding: constants.RSA_PKCS1_PADDING }, key)
  return encodeContentInfo(
    OID['id-envelopedData'],
    seq(
      integer(0),
      setOf(
        seq(integer(0), seq(recipient.issuer, recipient.serial), seq(oid(OID.rsaEncryption), nul()), octetString(encryptedKey)),
      ),
      seq(oid(OID['id-data']), seq(oid(algorithm.oid), octetString(iv)), contextPrimitive(0, encrypted)),
    ),
  )
}

export interface Recipient {
  name: CertificateName
  key: KeyObject
}

/**
 * @param legacy whether Triple-DES and DES are taken
 * @throws DerError, CmsError
 */
export function decryptEnvelopedData(bytes: Bytes, recipient: Recipient, legacy: boolean): Bytes {
  const info = readContentInfo(bytes)
  if (info.type !== OID['id-envelopedData']) throw new CmsError('form', `it is ${oidName(info.type)}, not envelopedData`)
  // No originatorInfo, no unprotectedAttrs: version, recipientInfos, encryptedContentInfo.
  const members = readSequence(info.content, 'EnvelopedData', 3, 5).filter((member) => (member.tag & 0xc0) === 0)
  const [, recipientInfos, encryptedContentInfo] = members
  const encryptedKey = findEncryptedKey(recipientInfos, recipient.name)
  const [, algorithmNode, encryptedNode] = readSequence(encryptedContentInfo, 'encryptedContentInfo', 3, 3)
  const [algorithmOid, ivNode] = readSequence(algorithmNode, 'contentEncryptionAlgorithm', 2, 2)
  const named = readOid(algorithmOid, 'contentEncryptionAlgorithm')
  const algorithm = findCipher(named)
  if (algorithm === undefined || (algorithm.legacy && !legacy))
    throw new CmsError('algorithm', `it is encrypted with ${algorithm?.name ?? oidName(named)}`)
  const iv = readOctetString(ivNode, 'iv')
  if (iv.length !== algorithm.blockBytes) throw new CmsError('form', `the initialisation vector has ${iv.length} octets`)
  const key = openKey(encryptedKey, recipient.key, algorithm.keyBytes)
  const decipher = createDecipheriv(algorithm.cipher, cipherKey(algorithm, key), iv)
  try {
    return Buffer.concat([decipher.update(encryptedOctets(encryptedNode)), decipher.final()])
  } catch (cause) {
    throw new CmsError('decryption', 'it cannot be decrypted', { cause })
  }
}

function findEncryptedKey(recipientInfos: DerNode | undefined, name: CertificateName): Bytes {
  for (const info of readSet(recipientInfos, 'recipientInfos', 1, 8)) {
    // The other choices of RecipientInfo are tagged; only key transport is a plain SEQUENCE.
    if (info.tag !== TAG.sequence) continue
    const [, rid, algorithm, encryptedKey] = readSequence(info, 'KeyTransRecipientInfo', 4, 4)
    if (rid?.tag !== TAG.sequence) continue
    const [issuer, serial] = readSequence(rid, 'issuerAndSerialNumber', 2, 2)
    const found = {
      issuer: expectTag(issuer, TAG.sequence, 'issuer').bytes,
      serial: expectTag(serial, TAG.integer, 'serialNumber').bytes,
    }
    if (!isNamedBy(found, name)) continue
    const named = readOid(readSequence(algorithm, 'keyEncryptionAlgorithm', 1, 2)[0], 'keyEncryptionAlgorithm')
    if (named !== OID.rsaEncryption) throw new CmsError('algorithm', `its key is encrypted with ${oidName(named)}`)
    return readOctetString(encryptedKey, 'encryptedKey')
  }
  throw new CmsError('decryption', 'it is not encrypted for this recipient')
}

/** [0] IMPLICIT OCTET STRING; in BER possibly in pieces. */
function encryptedOctets(node: DerNode | undefined): Uint8Array {
  if (node?.tag === contextTag(0))
    return Buffer.concat(node.children.map((piece) => readOctetString(piece, 'a piece of encryptedContent')))
  return expectTag(node, contextTag(0, false), 'encryptedContent').value
}

/**
 * The content key out of EME-PKCS1-v1_5 (RFC 8017 §7.2.2): 00 02 PS 00 K. The length of K is known from the cipher, so its place is too, and
 * every octet is looked at whatever the others are. Not padded so: a random key.
 */
function openKey(encryptedKey: Bytes, privateKey: KeyObject, keyBytes: number): Uint8Array {
  const fallback = randomBytes(keyBytes)
  let block: Buffer
  try {
    block = privateDecrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, encryptedKey)
  } catch {
    // Longer than the modulus, or not below it: no secret is in that.
    return fallback
  }
  const keyAt = block.length - keyBytes
  if (keyAt < 11) return fallback
  let bad = (block[0] as number) | ((block[1] as number) ^ 2) | (block[keyAt - 1] as number)
  for (let i = 2; i < keyAt - 1; i++) bad |= (((block[i] as number) - 1) >> 8) & 1
  const mask = ((bad - 1) >> 8) & 0xff
  const key = Buffer.alloc(keyBytes)
  for (let i = 0; i < keyBytes; i++) key[i] = ((block[keyAt + i] as number) & mask) | ((fallback[i] as number) & ~mask)
  return key
}

/** A key ready for encrypting to or verifying by, from a certificate's SubjectPublicKeyInfo. Throws if OpenSSL does not take it. */
export const publicKeyFromSpki = (spki: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
