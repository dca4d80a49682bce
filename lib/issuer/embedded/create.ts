/**
 * Makes the embedded CA: a root, an issuing CA under it, and their private keys, sealed.
 *
 * Root: RSA-3072, 20 years; signs only the issuing CA's certificate and its own CRL. Issuing CA: RSA-2048, 10 years, pathlen 0. RSA, because
 * RSASSA-PKCS1-v1_5 is deterministic: signing a stored TBS again after a crash gives the very same certificate, so "exactly one" holds by
 * construction (durability K10; ECDSA would give a second one). 2048, because every phone and gateway takes it and a signature costs a
 * third of a 3072-bit one; the issuing CA can be replaced long before the root ends.
 *
 * Time is an argument; randomness is the system's. Storing, and who wins when two workers start at once, is the caller's business.
 */
import { generateKeyPair, type KeyObject, randomBytes, sign } from 'node:crypto'
import { promisify } from 'node:util'
import type { Bytes } from '#lib/core/asn1/der.ts'
import {
  authorityInfoAccess,
  authorityKeyIdentifier,
  basicConstraints,
  crlDistributionPoints,
  keyIdentifier,
  keyUsage,
  subjectKeyIdentifier,
} from '#lib/core/x509/extensions.ts'
import { encodeName } from '#lib/core/x509/name.ts'
import { publishedUrl } from '#lib/core/x509/publication.ts'
import {
  assembleSigned,
  encodeTbs,
  makeSerial,
  makeTbsTemplate,
  SERIAL_RANDOM_BYTES,
  SHA256_WITH_RSA,
} from '#lib/core/x509/tbs.ts'
import { sealSecret } from './seal.ts'

/** The embedded CA's name in the database and in addresses. */
export const EMBEDDED_ISSUER_NAME = 'certdesk-issuing-ca'

/** Names of the rows in issuer_secret. */
export const ROOT_KEY = 'root-key'
export const ISSUING_KEY = 'issuing-key'
export const sealLabel = (issuerName: string, secretName: string): string => `${issuerName}/${secretName}`

const ROOT_YEARS = 20
const ISSUING_YEARS = 10
/** For phones whose clocks are behind. */
export const BACKDATE_MS = 300_000

export interface EmbeddedCa {
  certificate: Bytes
  /** Issuing certificate, root. */
  chain: Bytes[]
  secrets: { name: string; sealed: Bytes }[]
}

const generateRsa = promisify(generateKeyPair)

const caName = (commonName: string): Bytes =>
  encodeName([
    { type: 'O', value: 'Certdesk' },
    { type: 'CN', value: commonName },
  ])

/** @param publicUrl stands in the issuing certificate for its whole life: where the root's CRL and certificate are */
export async function createEmbeddedCa(options: {
  name: string
  publicUrl: string
  passphrase: string
  now: Date
}): Promise<EmbeddedCa> {
  const { name, publicUrl, passphrase, now } = options
  const [rootKey, issuingKey] = await Promise.all([
    generateRsa('rsa', { modulusLength: 3072, publicExponent: 0x10001 }),
    generateRsa('rsa', { modulusLength: 2048, publicExponent: 0x10001 }),
  ])
  const rootName = caName('Certdesk Root CA')
  const rootIdentifier = keyIdentifier(spkiOf(rootKey.publicKey))
  const issuingIdentifier = keyIdentifier(spkiOf(issuingKey.publicKey))
  const usage = keyUsage(['keyCertSign', 'cRLSign'])

  const root = signTbs(
    encodeTbs(makeTbsTemplate(rootName, [basicConstraints({ pathLength: null }), usage]), {
      ...common(now, ROOT_YEARS),
      subject: rootName,
      spki: spkiOf(rootKey.publicKey),
      extensions: [subjectKeyIdentifier(rootIdentifier)],
    }),
    rootKey.privateKey,
  )
  const issuing = signTbs(
    encodeTbs(makeTbsTemplate(rootName, [basicConstraints({ pathLength: 0 }), usage]), {
      ...common(now, ISSUING_YEARS),
      subject: caName('Certdesk Issuing CA'),
      spki: spkiOf(issuingKey.publicKey),
      extensions: [
        subjectKeyIdentifier(issuingIdentifier),
        authorityKeyIdentifier(rootIdentifier),
        crlDistributionPoints(publishedUrl(publicUrl, name, 'root-crl')),
        authorityInfoAccess({ caIssuers: publishedUrl(publicUrl, name, 'root-certificate'), ocsp: null }),
      ],
    }),
    rootKey.privateKey,
  )
  const seal = async (secretName: string, key: KeyObject) => ({
    name: secretName,
    sealed: await sealSecret(key.export({ format: 'der', type: 'pkcs8' }), passphrase, sealLabel(name, secretName)),
  })
  return {
    certificate: issuing,
    chain: [issuing, root],
    secrets: await Promise.all([seal(ROOT_KEY, rootKey.privateKey), seal(ISSUING_KEY, issuingKey.privateKey)]),
  }
}

function common(now: Date, years: number) {
  const notBefore = wholeSeconds(new Date(now.getTime() - BACKDATE_MS))
  const notAfter = new Date(notBefore)
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + years)
  return { serial: makeSerial(randomBytes(SERIAL_RANDOM_BYTES)), notBefore, notAfter }
}

/** Certificates have no fractions of a second. */
export const wholeSeconds = (time: Date): Date => new Date(Math.floor(time.getTime() / 1000) * 1000)

export const spkiOf = (publicKey: KeyObject): Bytes => publicKey.export({ format: 'der', type: 'spki' }) as Bytes

/** RSASSA-PKCS1-v1_5 with SHA-256 over what is to be signed, and both together as SIGNED{…}. */
export const signTbs = (tbs: Bytes, key: KeyObject): Bytes => assembleSigned(tbs, SHA256_WITH_RSA, sign('sha256', tbs, key))
