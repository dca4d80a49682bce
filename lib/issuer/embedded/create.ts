/**
 * Makes the embedded CA: a root, an issuing CA under it, and their private keys, sealed.
 *
 * Root: RSA-3072, 20 years; signs only the issuing CA's certificate and its own CRL. Issuing CA: RSA-2048, 10 years, pathlen 0. RSA, because
 * RSASSA-PKCS1-v1_5 is deterministic: signing a stored TBS again after a crash gives the very same certificate, so "exactly one" holds by
 * construction (durability K10; ECDSA would give a second one). 2048, because every phone and gateway takes it and a signature costs a
 * third of a 3072-bit one; the issuing CA can be replaced long before the root ends.
 *
 * A later generation of the issuing CA (`createIssuingCa`) has a key and a name of its own under the same root, with the root's certificate and
 * CRL where they have always been: under the name of the first generation.
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
  const { publicKey, privateKey } = await generateRsa('rsa', { modulusLength: 3072, publicExponent: 0x10001 })
  const rootName = caName('Certdesk Root CA')
  const spki = spkiOf(publicKey)
  const identifier = keyIdentifier(spki)
  const root = signTbs(
    encodeTbs(makeTbsTemplate(rootName, [basicConstraints({ pathLength: null }), CA_USAGE]), {
      ...common(now, ROOT_YEARS),
      subject: rootName,
      spki,
      extensions: [subjectKeyIdentifier(identifier)],
    }),
    privateKey,
  )
  const rootSigner = { certificate: root, name: rootName, key: privateKey, keyIdentifier: identifier, notAfter: null }
  const issuing = await createIssuingCa({
    name,
    commonName: 'Certdesk Issuing CA',
    publicUrl,
    passphrase,
    now,
    root: rootSigner,
    rootHome: name,
  })
  return { ...issuing, secrets: [await sealKey(name, ROOT_KEY, privateKey, passphrase), ...issuing.secrets] }
}

export interface RootSigner {
  certificate: Bytes
  /** Raw Name. */
  name: Bytes
  key: KeyObject
  keyIdentifier: Uint8Array
  /** Null: made just now. */
  notAfter: Date | null
}

/**
 * A new issuing CA under an existing root. Ends with the root at the latest.
 *
 * @param options.rootHome the issuer's name under which the root's certificate and CRL are published
 */
export async function createIssuingCa(options: {
  name: string
  commonName: string
  publicUrl: string
  passphrase: string
  now: Date
  root: RootSigner
  rootHome: string
}): Promise<EmbeddedCa> {
  const { name, commonName, publicUrl, passphrase, now, root, rootHome } = options
  const { publicKey, privateKey } = await generateRsa('rsa', { modulusLength: 2048, publicExponent: 0x10001 })
  const spki = spkiOf(publicKey)
  const life = common(now, ISSUING_YEARS)
  const certificate = signTbs(
    encodeTbs(makeTbsTemplate(root.name, [basicConstraints({ pathLength: 0 }), CA_USAGE]), {
      ...life,
      notAfter: root.notAfter !== null && root.notAfter < life.notAfter ? root.notAfter : life.notAfter,
      subject: caName(commonName),
      spki,
      extensions: [
        subjectKeyIdentifier(keyIdentifier(spki)),
        authorityKeyIdentifier(root.keyIdentifier),
        crlDistributionPoints(publishedUrl(publicUrl, rootHome, 'root-crl')),
        authorityInfoAccess({ caIssuers: publishedUrl(publicUrl, rootHome, 'root-certificate'), ocsp: null }),
      ],
    }),
    root.key,
  )
  const sealed = await sealKey(name, ISSUING_KEY, privateKey, passphrase)
  return { certificate, chain: [certificate, root.certificate], secrets: [sealed] }
}

const CA_USAGE = keyUsage(['keyCertSign', 'cRLSign'])

async function sealKey(issuerName: string, secretName: string, key: KeyObject, passphrase: string) {
  const pkcs8 = key.export({ format: 'der', type: 'pkcs8' })
  const sealed = await sealSecret(pkcs8, passphrase, sealLabel(issuerName, secretName))
  pkcs8.fill(0)
  return { name: secretName, sealed }
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

/** The same in the runtime's thread pool: a signature is near a millisecond of a core, and the event loop has other certificates to see to. */
export const signTbsAside = (tbs: Bytes, key: KeyObject): Promise<Bytes> =>
  new Promise((done, fail) => {
    sign('sha256', tbs, key, (error, signature) => (error ? fail(error) : done(assembleSigned(tbs, SHA256_WITH_RSA, signature))))
  })
