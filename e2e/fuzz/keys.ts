/** Keys of a fuzz run: the same in every run, so that a saved finding can be read again. Published with the corpora, or made from a word. */
import { createECDH, createHash, createPrivateKey, createPublicKey, type JsonWebKey } from 'node:crypto'
import type { KeyPair } from '../builders/answer.ts'
import { publishedPrivateKeys } from '../corpora/wycheproof.ts'

const ROLES = ['phone signer', 'ca', 'root'] as const
export type RsaRole = (typeof ROLES)[number]

const pairs = new Map<string, KeyPair>()

function pairOf(name: string, make: () => KeyPair): KeyPair {
  const pair = pairs.get(name) ?? make()
  pairs.set(name, pair)
  return pair
}

/**
 * RSA of 1024 bits, for trust anchors: signing is most of the work of a run, a configured key is not judged again, and what lies behind its
 * signature does not hang on its length.
 */
export const quickRsa = (): KeyPair =>
  pairOf('quick', () => {
    const jwk = publishedPrivateKeys(1024)[0]
    if (jwk === undefined) throw new Error('the corpora publish no RSA key of 1024 bits')
    const privateKey = createPrivateKey({ key: jwk as JsonWebKey, format: 'jwk' })
    return { privateKey, publicKey: createPublicKey(privateKey) }
  })

/** RSA of 2048 bits. */
export const fixedRsa = (role: RsaRole): KeyPair =>
  pairOf(role, () => {
    const jwk = publishedPrivateKeys()[ROLES.indexOf(role)]
    if (jwk === undefined) throw new Error('the corpora publish too few RSA keys')
    const privateKey = createPrivateKey({ key: jwk as JsonWebKey, format: 'jwk' })
    return { privateKey, publicKey: createPublicKey(privateKey) }
  })

/** P-256. */
export const fixedEc = (word: string): KeyPair =>
  pairOf(`ec ${word}`, () => {
    const ecdh = createECDH('prime256v1')
    ecdh.setPrivateKey(createHash('sha256').update(word).digest())
    const point = ecdh.getPublicKey()
    const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
    const jwk = { kty: 'EC', crv: 'P-256', x: text(point.subarray(1, 33)), y: text(point.subarray(33)) }
    const privateKey = createPrivateKey({ key: { ...jwk, d: text(createHash('sha256').update(word).digest()) }, format: 'jwk' })
    return { privateKey, publicKey: createPublicKey(privateKey) }
  })
