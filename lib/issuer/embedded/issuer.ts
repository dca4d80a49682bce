/**
 * The embedded CA behind the issuer port.
 *
 * `prepare` settles everything that the signature will stand for: serial number, validity, subject and key of the CSR, extensions of the
 * profile. `complete` only signs, and gives the same bytes for the same TBS whenever it is called (RSASSA-PKCS1-v1_5; see create.ts).
 * Nothing of the CSR but subject and public key gets into the certificate.
 *
 * Fails: a validity that leaves the CA's own is refused, not shortened (`ca_validity`, hostile-inputs F-S20), because a certificate that
 * ends earlier than its profile says is a surprise on some Monday. A wrong passphrase or keys that are not the certificates' stop the
 * worker's start with IssuerError.
 */
import { createPrivateKey, createPublicKey, type KeyObject, randomBytes } from 'node:crypto'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { readSubjectKeyIdentifier, sameBytes } from '#lib/core/x509/certificate.ts'
import type { CertificateExpectation } from '#lib/core/x509/certificate-check.ts'
import { type Chain, openChain } from '#lib/core/x509/chain.ts'
import { encodeEntries, encodeTbsCertList } from '#lib/core/x509/crl.ts'
import {
  authorityInfoAccess,
  authorityKeyIdentifier,
  basicConstraints,
  type CertificateProfile,
  certificatePolicies,
  crlDistributionPoints,
  extendedKeyUsage,
  keyIdentifier,
  keyUsage,
  mailboxOf,
  subjectAltName,
  subjectKeyIdentifier,
} from '#lib/core/x509/extensions.ts'
import { ocspUrl, publishedUrl } from '#lib/core/x509/publication.ts'
import { encodeTbs, makeSerial, makeTbsTemplate, SERIAL_RANDOM_BYTES, serialToHex, type TbsTemplate } from '#lib/core/x509/tbs.ts'
import { IssuerError } from '../errors.ts'
import {
  type CrlRequest,
  type CrlScope,
  type CrlSigner,
  type IssuanceRequest,
  type IssuanceResult,
  type Issuer,
  type IssuerTrust,
  namesOf,
  type PrepareResult,
  type ServiceCertifier,
  type ServiceRequest,
} from '../port.ts'
import {
  BACKDATE_MS,
  createIssuingCa,
  type EmbeddedCa,
  ISSUING_KEY,
  ROOT_KEY,
  sealLabel,
  signTbs,
  signTbsAside,
  spkiOf,
  wholeSeconds,
} from './create.ts'
import { openSecret } from './seal.ts'
import { encodeServiceTbs } from './service.ts'

const DAY_MS = 86_400_000

/** A CA's certificate with its key, ready to sign. */
interface Signer {
  chain: Chain
  key: KeyObject
  keyIdentifier: Uint8Array
}

export class EmbeddedIssuer implements Issuer, CrlSigner, ServiceCertifier {
  readonly name: string
  readonly trust: IssuerTrust
  readonly #issuing: Signer
  readonly #root: Signer | null
  readonly crlScopes: readonly CrlScope[]
  readonly #publication: { crl: string; ocsp: string; caIssuers: string }
  /** By key usage, extended key usage and policies: all that differs between profiles and is the same for all their certificates. */
  readonly #templates = new Map<string, TbsTemplate>()

  constructor(name: string, trust: IssuerTrust, issuing: Signer, root: Signer | null, publicUrl: string) {
    this.name = name
    this.trust = trust
    this.#issuing = issuing
    this.#root = root
    this.crlScopes = root === null ? ['issuing'] : ['issuing', 'root']
    this.#publication = {
      crl: publishedUrl(publicUrl, name, 'crl'),
      ocsp: ocspUrl(publicUrl, name),
      caIssuers: publishedUrl(publicUrl, name, 'certificate'),
    }
  }

  /** When the first certificate of its chain ends. */
  get notAfter(): Date {
    return this.#issuing.chain.notAfter
  }

  prepare(request: IssuanceRequest): Promise<PrepareResult> {
    return Promise.resolve(this.prepareNow(request))
  }

  prepareNow(request: IssuanceRequest): PrepareResult {
    const { chain } = this.#issuing
    const { profile, now } = request
    if (now < chain.notBefore || now > chain.notAfter)
      return refused('ca_validity', `The CA's own certificate is valid from ${day(chain.notBefore)} to ${day(chain.notAfter)}.`)
    const notBefore = wholeSeconds(new Date(Math.max(now.getTime() - BACKDATE_MS, chain.notBefore.getTime())))
    const notAfter = wholeSeconds(new Date(now.getTime() + profile.validityDays * DAY_MS))
    if (notAfter > chain.notAfter)
      return refused(
        'ca_validity',
        `A certificate of ${profile.validityDays} days would end on ${day(notAfter)}, after the CA's own on ${day(chain.notAfter)}.`,
      )
    const { email, upn } = namesOf(request)
    if (email !== null && mailboxOf(email) === null)
      return refused('ca_refused', `The e-mail address ${email} cannot stand in a certificate: it must be plain ASCII.`)

    const serial = makeSerial(randomBytes(SERIAL_RANDOM_BYTES))
    const bytes = encodeTbs(this.#template(profile), {
      serial,
      notBefore,
      notAfter,
      subject: request.subject,
      spki: request.spki,
      extensions: [
        subjectKeyIdentifier(keyIdentifier(request.spki)),
        ...(email === null && upn === null ? [] : [subjectAltName({ email, upn })]),
      ],
    })
    return { status: 'prepared', prepared: { bytes, serialNumber: serialToHex(serial), notBefore, notAfter } }
  }

  complete(prepared: Bytes): Promise<IssuanceResult> {
    return signTbsAside(prepared, this.#issuing.key).then((der) => ({ status: 'issued', der }))
  }

  signNow(tbs: Bytes): Bytes {
    return signTbs(tbs, this.#issuing.key)
  }

  expectation(request: IssuanceRequest, prepared: Bytes): CertificateExpectation {
    const { subject, spki, profile, now } = request
    return { subject, spki, profile, now, ...namesOf(request), tbs: prepared, publication: this.#publication }
  }

  signCrl(request: CrlRequest): Promise<Bytes> {
    const signer = request.scope === 'root' ? this.#root : this.#issuing
    if (signer === null)
      return Promise.reject(new IssuerError('inconsistent', `The issuer ${this.name} does not hold its root’s key.`))
    const tbs = encodeTbsCertList({
      issuer: signer.chain.signer.subject,
      keyIdentifier: signer.keyIdentifier,
      number: request.number,
      thisUpdate: request.thisUpdate,
      nextUpdate: request.nextUpdate,
      entries: encodeEntries(request.revoked),
    })
    return Promise.resolve(signTbs(tbs, signer.key))
  }

  /** A successor of this CA under the same root: @param request.commonName, name its own. @throws IssuerError without the root's key */
  createSuccessor(request: {
    name: string
    commonName: string
    publicUrl: string
    passphrase: string
    now: Date
  }): Promise<EmbeddedCa> {
    if (this.#root === null)
      return Promise.reject(new IssuerError('inconsistent', `The issuer ${this.name} does not hold its root’s key.`))
    const { chain, key, keyIdentifier: identifier } = this.#root
    const { der, subject, notAfter } = chain.signer
    const root = { certificate: der, name: subject, key, keyIdentifier: identifier, notAfter }
    return createIssuingCa({ ...request, root, rootHome: this.name })
  }

  certifyService(request: ServiceRequest): Promise<{ certificate: Bytes; notBefore: Date; notAfter: Date }> {
    const { tbs, notBefore, notAfter } = encodeServiceTbs(this.#issuing, request)
    return Promise.resolve({ certificate: this.signNow(tbs), notBefore, notAfter })
  }

  #template(profile: CertificateProfile): TbsTemplate {
    const key = `${profile.keyUsage.join()};${profile.extendedKeyUsage.join()};${profile.policies.join()}`
    let template = this.#templates.get(key)
    if (template === undefined) {
      template = makeTbsTemplate(this.#issuing.chain.signer.subject, [
        basicConstraints(null),
        keyUsage(profile.keyUsage),
        ...(profile.extendedKeyUsage.length > 0 ? [extendedKeyUsage(profile.extendedKeyUsage)] : []),
        ...(profile.policies.length > 0 ? [certificatePolicies(profile.policies)] : []),
        authorityKeyIdentifier(this.#issuing.keyIdentifier),
        crlDistributionPoints(this.#publication.crl),
        authorityInfoAccess(this.#publication),
      ])
      this.#templates.set(key, template)
    }
    return template
  }
}

const refused = (code: 'ca_refused' | 'ca_validity', detail: string): PrepareResult => ({ status: 'refused', code, detail })

const day = (time: Date): string => time.toISOString().slice(0, 10)

/**
 * Opens the keys (once per process; each costs one scrypt) and holds them against the certificates.
 *
 * @param secrets the issuer's rows of issuer_secret
 * @throws IssuerError wrong_passphrase, sealed_damaged, inconsistent; ChainError
 */
export async function openEmbeddedIssuer(
  name: string,
  trust: IssuerTrust,
  secrets: readonly { name: string; sealed: Bytes }[],
  config: { passphrase: string; publicUrl: string },
): Promise<EmbeddedIssuer> {
  const open = async (secretName: string, certificates: readonly Bytes[]): Promise<Signer> => {
    const sealed = secrets.find((secret) => secret.name === secretName)?.sealed
    if (sealed === undefined) throw new IssuerError('inconsistent', `The issuer ${name} has no ${secretName} in issuer_secret.`)
    const pkcs8 = await openSecret(sealed, config.passphrase, sealLabel(name, secretName))
    const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
    pkcs8.fill(0)
    const chain = openChain(certificates)
    const spki = spkiOf(createPublicKey(key))
    if (!sameBytes(spki, chain.signer.spki))
      throw new IssuerError('inconsistent', `The ${secretName} of the issuer ${name} is not the key of its certificate.`)
    return { chain, key, keyIdentifier: readSubjectKeyIdentifier(chain.signer) ?? keyIdentifier(spki) }
  }
  const hasRoot = secrets.some((secret) => secret.name === ROOT_KEY)
  const [issuing, root] = await Promise.all([
    open(ISSUING_KEY, trust.chain),
    hasRoot ? open(ROOT_KEY, trust.chain.slice(-1)) : null,
  ])
  if (!sameBytes(issuing.chain.signer.der, trust.certificate))
    throw new IssuerError('inconsistent', `The chain of the issuer ${name} does not begin with its certificate.`)
  return new EmbeddedIssuer(name, trust, issuing, root, config.publicUrl)
}
