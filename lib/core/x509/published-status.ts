/**
 * What a CA says to the world about one certificate: in its CRL (RFC 5280 §5, §6.3) and by OCSP (RFC 6960 §3.2). Read the way a relying party
 * must read it, because it is the proof that a revocation took effect.
 *
 * Nothing is believed that is not signed by the CA that issued the certificate, or by a responder that this very CA has named for it
 * (§4.2.2.2), or that is not of now. The certificates that come along in an answer are looked at, never trusted for being there. What cannot be
 * believed is a sentence and no status; none of it is an exception.
 */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import {
  type Bytes,
  contextTag,
  DerError,
  type DerLimits,
  type DerNode,
  expectTag,
  readBitOctets,
  readDer,
  readOctetString,
  readOid,
  readSequence,
  readSmallInteger,
  readTime,
  TAG,
} from '../asn1/der.ts'
import { OID } from '../asn1/oids.ts'
import { type Certificate, parseCertificate, readExtendedKeyUsage, readKeyUsage, sameBytes } from './certificate.ts'
import type { Chain } from './chain.ts'
import { parseCrl } from './crl.ts'
import { CRL_REASONS, type CrlReason } from './crl-reasons.ts'
import { type Extension, onlyChild, readExtensionList } from './extension-list.ts'
import { hashIssuer, isCertIdOf, readCertId } from './ocsp-request.ts'
import { OCSP_RESPONSE_STATUS } from './ocsp-response.ts'
import { verifySigned } from './signature-algorithms.ts'

export type PublishedStatus = { status: 'good' } | { status: 'revoked'; revokedAt: Date; reason: CrlReason }

export type StatusReading =
  | { ok: true; seen: PublishedStatus; thisUpdate: Date; nextUpdate: Date | null; crlNumber: number | null }
  /** For staff: why it proves nothing. */
  | { ok: false; detail: string }

/** Whose word is wanted, about which certificate, and when. */
export interface StatusQuestion {
  chain: Chain
  /** Lower-case hex without leading zeros. */
  serialNumber: string
  now: Date
}

/** How far clocks may differ. */
const SKEW_MS = 300_000
const OCSP_LIMITS: DerLimits = { maxBytes: 65_536, maxNodes: 4_000, maxDepth: 20, legacyStrings: true }
const REASONS = new Map(Object.entries(CRL_REASONS).map(([name, code]) => [code as number, name as CrlReason]))

const no = (detail: string): StatusReading => ({ ok: false, detail })

/** Does the window of an answer hold the present? Null if so, else what is wrong with it. */
function staleness(thisUpdate: Date, nextUpdate: Date | null, now: Date): string | null {
  if (thisUpdate.getTime() > now.getTime() + SKEW_MS) return `It is of the future: ${thisUpdate.toISOString()}.`
  if (nextUpdate !== null && nextUpdate.getTime() < now.getTime() - SKEW_MS) return `It ended at ${nextUpdate.toISOString()}.`
  return null
}

/** Reads a CRL, DER. */
export function readStatusFromCrl(der: Bytes, { chain, serialNumber, now }: StatusQuestion): StatusReading {
  return reading(() => {
    const crl = parseCrl(der)
    if (!sameBytes(crl.issuer, chain.signer.subject)) return no('The list is of another issuer.')
    // §6.3.3 (f): where there is a key usage, it must say that the key signs CRLs.
    if (readKeyUsage(chain.signer)?.includes('cRLSign') === false) return no('The issuer’s certificate is not for signing CRLs.')
    if (!verifySigned(crl.signatureAlgorithm, crl.tbs, crl.signature, chain.signerKey))
      return no('The signature is not the CA’s.')
    if (crl.partial) return no('The list is about only a part of the CA’s certificates or reasons, or about others’ too.')
    const stale = staleness(crl.thisUpdate, crl.nextUpdate, now)
    if (stale !== null) return no(stale)
    const entry = crl.revoked.get(serialNumber)
    return {
      ok: true,
      seen: entry === undefined ? { status: 'good' } : { status: 'revoked', ...entry },
      thisUpdate: crl.thisUpdate,
      nextUpdate: crl.nextUpdate,
      crlNumber: crl.number,
    }
  })
}

/** @param nonce as sent; an answer that carries one must carry this one. One without any is taken while it is of now (RFC 5019). */
export function readStatusFromOcsp(der: Bytes, question: StatusQuestion, nonce: Uint8Array): StatusReading {
  return reading(() => {
    const [status, body] = readSequence(readDer(der, OCSP_LIMITS), 'OCSPResponse', 1, 2)
    const code = expectTag(status, TAG.enumerated, 'responseStatus').value[0] ?? 0
    if (code !== OCSP_RESPONSE_STATUS.successful) return no(`The responder said ${statusName(code)}.`)
    const [type, response] = readSequence(
      onlyChild(expectTag(body, contextTag(0), 'responseBytes'), 'responseBytes'),
      'ResponseBytes',
      2,
      2,
    )
    if (readOid(type, 'responseType') !== OID['id-pkix-ocsp-basic']) return no('It is no basic response.')
    return readBasic(readDer(readOctetString(response, 'response'), OCSP_LIMITS), question, nonce)
  })
}

const statusName = (code: number): string =>
  Object.entries(OCSP_RESPONSE_STATUS).find(([, value]) => value === code)?.[0] ?? `status ${code}`

/** §4.2.1 BasicOCSPResponse */
function readBasic(node: DerNode, question: StatusQuestion, nonce: Uint8Array): StatusReading {
  const [data, algorithm, signature, certs] = readSequence(node, 'BasicOCSPResponse', 3, 4)
  const fields = [...readSequence(data, 'ResponseData', 3, 5)]
  const take = (tag: number): DerNode | undefined => (fields[0]?.tag === tag ? fields.shift() : undefined)
  const version = take(contextTag(0))
  if (version !== undefined && readSmallInteger(onlyChild(version, 'version'), 'version') !== 0)
    return no('Not a version 1 response.')
  const responder = fields.shift()
  readTime(fields.shift(), 'producedAt')
  const singles = readSequence(fields.shift(), 'responses', 1, 64)
  const extensions = take(contextTag(1))
  if (fields.length > 0) throw new DerError('der', 'unexpected field in ResponseData')

  const key = findSigner(responder, certs, question)
  if (typeof key === 'string') return no(key)
  const oidOfSignature = readOid(readSequence(algorithm, 'signatureAlgorithm', 1, 2)[0], 'signatureAlgorithm')
  if (!verifySigned(oidOfSignature, (data as DerNode).bytes, readBitOctets(signature, 'signature'), key))
    return no('The signature is not the responder’s.')
  const known = extensions === undefined ? undefined : readExtensionList(extensions, 16)
  if (known) refuseStrange(known)
  const echoed = known?.get(OID['id-pkix-ocsp-nonce'])
  if (echoed !== undefined && !sameBytes(readOctetString(readDer(echoed.value), 'nonce'), nonce))
    return no('It answers another question (its nonce is not ours).')
  return readSingle(singles, question, echoed !== undefined)
}

/** RFC 5280 §4.2: what is critical and not known here could change what is said. @throws DerError */
function refuseStrange(extensions: ReadonlyMap<string, Extension>): void {
  const strange = [...extensions].find(([id, { critical }]) => critical && id !== OID['id-pkix-ocsp-nonce'])
  if (strange !== undefined) throw new DerError('der', `unknown critical extension ${strange[0]}`)
}

/** How old an answer may be that neither carries our nonce nor says until when it holds: it could be one of years ago, sent again. */
const MAX_AGE_MS = 86_400_000

/** The response about our certificate, among those that came. @param echoed the answer was made for this very question */
function readSingle(singles: readonly DerNode[], { chain, serialNumber, now }: StatusQuestion, echoed: boolean): StatusReading {
  const hashes = hashIssuer(chain.signer)
  for (const single of singles) {
    const [certId, status, thisUpdateNode, ...rest] = readSequence(single, 'SingleResponse', 3, 5)
    const id = readCertId(certId)
    if (id.serialNumber !== serialNumber || !isCertIdOf(id, hashes)) continue
    const thisUpdate = readTime(thisUpdateNode, 'thisUpdate')
    const next = rest[0]?.tag === contextTag(0) ? rest.shift() : undefined
    const extensions = rest[0]?.tag === contextTag(1) ? rest.shift() : undefined
    if (rest.length > 0) throw new DerError('der', 'unexpected field in SingleResponse')
    if (extensions !== undefined) refuseStrange(readExtensionList(extensions, 16))
    const nextUpdate = next === undefined ? null : readTime(onlyChild(next, 'nextUpdate'), 'nextUpdate')
    const stale = staleness(thisUpdate, nextUpdate, now)
    if (stale !== null) return no(stale)
    if (nextUpdate === null && !echoed && thisUpdate.getTime() < now.getTime() - MAX_AGE_MS)
      return no(`It does not say until when it holds, and is of ${thisUpdate.toISOString()}.`)
    const seen = readCertStatus(status)
    return seen === null
      ? no('The responder does not know the certificate.')
      : { ok: true, seen, thisUpdate, nextUpdate, crlNumber: null }
  }
  return no('It says nothing about this certificate.')
}

/** §4.2.1 CertStatus: good [0], revoked [1], unknown [2]; null for unknown. */
function readCertStatus(node: DerNode | undefined): PublishedStatus | null {
  if (node?.tag === contextTag(0, false)) return { status: 'good' }
  if (node?.tag === contextTag(2, false)) return null
  const [time, reason] = expectTag(node, contextTag(1), 'certStatus').children
  const revokedAt = readTime(time, 'revocationTime')
  if (reason === undefined) return { status: 'revoked', revokedAt, reason: 'unspecified' }
  const code = expectTag(onlyChild(reason, 'revocationReason'), TAG.enumerated, 'revocationReason').value
  const name = code.length === 1 ? REASONS.get(code[0] as number) : undefined
  if (name === undefined) throw new DerError('der', 'a reason that is not defined')
  return { status: 'revoked', revokedAt, reason: name }
}

/** §4.2.2.2: the CA itself, or a certificate that it issued for signing OCSP responses. A sentence where there is neither. */
function findSigner(
  responder: DerNode | undefined,
  certs: DerNode | undefined,
  { chain, now }: StatusQuestion,
): KeyObject | string {
  if (isResponder(responder, chain.signer)) return chain.signerKey
  const list =
    certs === undefined ? [] : readSequence(onlyChild(expectTag(certs, contextTag(0), 'certs'), 'certs'), 'certs', 0, 8)
  for (const node of list) {
    const certificate = parseCertificate(node.bytes)
    if (!isResponder(responder, certificate)) continue
    if (!sameBytes(certificate.issuer, chain.signer.subject)) return 'The responder’s certificate is of another CA.'
    if (!verifySigned(certificate.signatureAlgorithm, certificate.tbs, certificate.signature, chain.signerKey))
      return 'The responder’s certificate is not signed by the CA.'
    if (!readExtendedKeyUsage(certificate)?.includes(OID['id-kp-OCSPSigning']))
      return 'The responder’s certificate is not for signing OCSP responses.'
    if (now < certificate.notBefore || now > certificate.notAfter) return 'The responder’s certificate is not valid now.'
    return openKey(certificate.spki) ?? 'The key of the responder’s certificate cannot be used.'
  }
  return 'The responder’s certificate did not come along.'
}

/** Null: no key that OpenSSL takes, a point off its curve for instance. */
function openKey(spki: Bytes): KeyObject | null {
  try {
    return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
  } catch {
    return null
  }
}

/** ResponderID: byName [1], or byKey [2] with the SHA-1 of the public key. */
function isResponder(responder: DerNode | undefined, certificate: Certificate): boolean {
  if (responder?.tag === contextTag(1)) {
    const name = onlyChild(responder, 'byName')
    return name !== undefined && sameBytes(name.bytes, certificate.subject)
  }
  const hash = readOctetString(onlyChild(expectTag(responder, contextTag(2), 'responderID'), 'byKey'), 'byKey')
  const key = readBitOctets(readSequence(readDer(certificate.spki), 'SubjectPublicKeyInfo', 2, 2)[1], 'subjectPublicKey')
  return sameBytes(hash, createHash('sha1').update(key).digest())
}

function reading(read: () => StatusReading): StatusReading {
  try {
    return read()
  } catch (error) {
    if (error instanceof DerError) return no(`It cannot be read: ${error.message}.`)
    throw error
  }
}
