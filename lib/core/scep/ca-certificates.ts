/**
 * GetCACert (RFC 8894 §4.2): which certificate is the CA, and which may speak for it.
 *
 * The answer is not authenticated. It is believed because one of its certificates has the fingerprint that was configured, and every other
 * one that is used is signed from there. What has no such signature is left aside, however it calls itself.
 *
 * Fails with ScepError, its message a sentence for staff.
 */
import { hash, type KeyObject } from 'node:crypto'
import { type Bytes, DerError } from '../asn1/der.ts'
import { readBer } from '../cms/ber.ts'
import { publicKeyFromSpki } from '../cms/enveloped-data.ts'
import { CmsError } from '../cms/errors.ts'
import { type CertificateName, nameOfCertificate, readSignedData } from '../cms/signed-data.ts'
import { type Certificate, parseCertificate, readBasicConstraints, readKeyUsage, sameBytes } from '../x509/certificate.ts'
import { verifySigned } from '../x509/signature-algorithms.ts'
import { ScepError } from './errors.ts'

/** A certificate of the CA that can be encrypted to or believed. */
export interface ScepCertificate {
  certificate: Certificate
  name: CertificateName
  key: KeyObject
}

export interface ScepCa {
  /** The certificate that signs leaves. */
  issuing: ScepCertificate
  /** From the issuing certificate up to the pinned one, DER. */
  chain: readonly Bytes[]
  /** Registration authorities: signed by a CA certificate of the chain. */
  ras: readonly ScepCertificate[]
}

const certificateOf = (bytes: Bytes): ScepCertificate => {
  const certificate = parseCertificate(bytes)
  // Asked of it below: what cannot be read must show here.
  readBasicConstraints(certificate)
  readKeyUsage(certificate)
  const { issuer, serial } = nameOfCertificate(readBer(bytes))
  return { certificate, name: { issuer, serial }, key: keyOf(certificate) }
}

function keyOf({ spki }: Certificate): KeyObject {
  try {
    return publicKeyFromSpki(spki)
  } catch (cause) {
    throw new DerError('der', 'its key cannot be used', { cause })
  }
}

/** One certificate (x-x509-ca-cert) or a degenerate SignedData (x-x509-ca-ra-cert); told apart by what it is, not by what it says. */
function readCertificates(body: Bytes): ScepCertificate[] {
  let certificates: readonly Bytes[]
  try {
    certificates = readSignedData(body).certificates.map((node) => node.bytes)
  } catch (error) {
    if (!(error instanceof DerError) && !(error instanceof CmsError)) throw error
    certificates = [body]
  }
  const read: ScepCertificate[] = []
  for (const bytes of certificates) {
    try {
      read.push(certificateOf(bytes))
    } catch (error) {
      // One that we cannot read is one that we cannot use; the pinned one is missed below.
      if (!(error instanceof DerError)) throw error
    }
  }
  return read
}

const isCa = ({ certificate }: ScepCertificate): boolean => readBasicConstraints(certificate)?.ca === true

const isSignedBy = ({ certificate }: ScepCertificate, signer: ScepCertificate): boolean =>
  sameBytes(certificate.issuer, signer.certificate.subject) &&
  verifySigned(certificate.signatureAlgorithm, certificate.tbs, certificate.signature, signer.key)

export const fingerprintOf = (der: Uint8Array): string => hash('sha256', der, 'hex')

/**
 * @param caFingerprintSha256 hex, lower case: of the CA's certificate or of one above it that GetCACert also gives
 * @throws ScepError ca_unknown
 */
export function readCaCertificates(body: Bytes, caFingerprintSha256: string): ScepCa {
  const certificates = readCertificates(body)
  const pinned = certificates.find(({ certificate }) => fingerprintOf(certificate.der) === caFingerprintSha256)
  if (pinned === undefined) {
    const seen = certificates.map(({ certificate }) => fingerprintOf(certificate.der)).slice(0, 5)
    throw new ScepError(
      'ca_unknown',
      seen.length === 0
        ? 'What it gives as its certificate is none.'
        : `None of its certificates has the fingerprint that was configured. Theirs are ${seen.join(', ')}.`,
    )
  }
  if (!isCa(pinned)) throw new ScepError('ca_unknown', 'The certificate with the configured fingerprint is not a CA’s.')
  // Downwards from the pin: the last CA certificate signs the leaves.
  const chain = [pinned]
  for (;;) {
    const last = chain[0] as ScepCertificate
    const below = certificates.filter((one) => !chain.includes(one) && isCa(one) && isSignedBy(one, last))
    if (below.length > 1) throw new ScepError('ca_unknown', 'It gives several CA certificates; pin the one that signs.')
    const [next] = below
    if (next === undefined) break
    chain.unshift(next)
  }
  const issuing = chain[0] as ScepCertificate
  return {
    issuing,
    chain: chain.map(({ certificate }) => certificate.der),
    ras: certificates.filter((one) => !isCa(one) && chain.some((signer) => isSignedBy(one, signer))),
  }
}

const mayDo = ({ certificate }: ScepCertificate, usage: string): boolean => readKeyUsage(certificate)?.includes(usage) !== false

const isValidAt = ({ certificate }: ScepCertificate, now: Date): boolean =>
  certificate.notBefore <= now && now <= certificate.notAfter

const day = (time: Date): string => time.toISOString().slice(0, 10)

/**
 * Whom to encrypt to: the registration authority that may encipher keys, else the CA itself.
 *
 * @throws ScepError ca_expired, ca_unknown
 */
export function chooseRecipient(ca: ScepCa, now: Date): ScepCertificate {
  const candidates = ca.ras.filter((one) => one.key.asymmetricKeyType === 'rsa' && mayDo(one, 'keyEncipherment'))
  const chosen = candidates.find((one) => isValidAt(one, now)) ?? candidates[0] ?? ca.issuing
  if (!isValidAt(chosen, now)) {
    const { notBefore, notAfter } = chosen.certificate
    const whose = chosen === ca.issuing ? 'The CA’s certificate' : 'The certificate of its registration authority'
    throw new ScepError('ca_expired', `${whose} is valid from ${day(notBefore)} to ${day(notAfter)}, and today is ${day(now)}.`)
  }
  if (chosen.key.asymmetricKeyType !== 'rsa') throw new ScepError('ca_unknown', 'It has no RSA certificate to encrypt to.')
  return chosen
}

/** Whether `chooseRecipient` would find one. */
export function hasRecipient(ca: ScepCa, now: Date): boolean {
  try {
    return chooseRecipient(ca, now) !== null
  } catch (error) {
    if (error instanceof ScepError) return false
    throw error
  }
}

/** Who may sign answers: the CA and its registration authorities that may sign, in their time. */
export const answerSigners = (ca: ScepCa, now: Date): ScepCertificate[] =>
  [ca.issuing, ...ca.ras.filter((one) => mayDo(one, 'digitalSignature'))].filter((one) => isValidAt(one, now))
