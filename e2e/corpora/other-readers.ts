/**
 * The same input read by other implementations (jose, @peculiar/x509). Each comparison is of a value that our reader has accepted: the
 * other one refuses it, reads the same, or reads something else, which is a fault of one of the two and never to be passed over.
 */
import 'reflect-metadata'
import { type KeyObject, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import * as jose from 'jose'
import type { JwsAlg } from '#lib/core/jws/algorithms.ts'
import type { JsonObject } from '#lib/core/jws/json.ts'
import type { Certificate } from '#lib/core/x509/certificate.ts'
import type { Crl } from '#lib/core/x509/crl.ts'
import type { Csr } from '#lib/core/x509/csr.ts'
import { isSameJson, looseJson } from '../fuzz/same-json.ts'

export type Agreement = { result: 'same' | 'refused' } | { result: 'different'; what: string }

/** Null unless the other implementation reads something else. */
export const differenceOf = (agreement: Agreement): string | null => (agreement.result === 'different' ? agreement.what : null)

/** Pairs that must be equal, by name; the first that is not counts. */
function compare(pairs: [string, unknown, unknown][]): Agreement {
  const differing = pairs.find(([, ours, theirs]) => ours !== theirs)
  if (differing === undefined) return { result: 'same' }
  return { result: 'different', what: `${differing[0]}: we read ${differing[1]}, the other ${differing[2]}` }
}

const hex = (bytes: ArrayBuffer | Uint8Array): string => Buffer.from(bytes as Uint8Array).toString('hex')
/** @peculiar/x509 hands out null, not octets, for an attribute's value that is NULL. */
const hexOfValue = (value: ArrayBuffer | null): string => (value === null ? '0500' : hex(value))
const withoutZeros = (serial: string): string => serial.toLowerCase().replace(/^0+(?=.)/, '')

/** Runs the other implementation; whatever it throws is its way of refusing. */
function theirs<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}

/**
 * A signature that is good for us must be good for the other. Not the other way round: @peculiar/x509 takes an ECDSA signature whose
 * INTEGERs or lengths are BER and not DER; OpenSSL, and so we, refuse it, and what we refuse is no matter of this comparison.
 */
async function comparedSignature(signed: boolean, verify: () => Promise<boolean>): Promise<[string, unknown, unknown][]> {
  return signed ? [['signature', true, await verify().catch(() => false)]] : []
}

/**
 * Exception with a reason: jose knows `b64` (RFC 7797) and then reads the payload as it stands. A header with `crit` is never accepted here,
 * whatever it names: the checks refuse every member the protocol does not have (F-O14).
 */
export async function compareJws(
  text: string,
  alg: JwsAlg,
  key: KeyObject,
  /** The payload as JSON, or where it is none its octets. */
  ours: { header: JsonObject; payload: JsonObject | Uint8Array },
): Promise<Agreement> {
  if ('crit' in ours.header) return { result: 'refused' }
  const result = await jose.compactVerify(text, key, { algorithms: [alg] }).catch((error: unknown) => {
    if (error instanceof jose.errors.JOSEError) return null
    throw error
  })
  if (result === null) return { result: 'refused' }
  return compare([
    ['header', true, isSameJson(ours.header, result.protectedHeader)],
    [
      'payload',
      true,
      ours.payload instanceof Uint8Array
        ? Buffer.compare(ours.payload, result.payload) === 0
        : isSameJson(
            ours.payload,
            theirs(() => looseJson(result.payload)),
          ),
    ],
  ])
}

/**
 * Exception with a reason: where `n` begins with the app's zero octet, jose hashes the text as it stands; RFC 7638 erratum 7565 says
 * without it, and so do we. The zero is taken away before jose is asked.
 */
export async function compareJwk(jwk: JsonObject, ours: { spki: Uint8Array; thumbprint: string }): Promise<Agreement> {
  const n = typeof jwk.n === 'string' ? Buffer.from(jwk.n, 'base64url') : null
  const canonical = { ...jwk, ...(n?.[0] === 0 ? { n: n.subarray(1).toString('base64url') } : {}) } as jose.JWK
  const { kty, n: modulus, e, crv, x, y } = canonical
  const alg = kty === 'RSA' ? 'RS256' : crv === 'P-384' ? 'ES384' : 'ES256'
  const imported = await jose.importJWK({ kty, n: modulus, e, crv, x, y } as jose.JWK, alg).catch(() => null)
  if (imported === null || imported instanceof Uint8Array) return { result: 'refused' }
  return compare([
    ['SubjectPublicKeyInfo', hex(ours.spki), hex(await webcrypto.subtle.exportKey('spki', imported))],
    ['thumbprint', ours.thumbprint, await jose.calculateJwkThumbprint(canonical)],
  ])
}

/** @param signed whether its own signature verifies under a key and algorithm that we allow */
export async function compareCsr(bytes: Uint8Array, ours: Csr, signed: boolean): Promise<Agreement> {
  const other = theirs(() => {
    const request = new x509.Pkcs10CertificateRequest(new Uint8Array(bytes))
    return {
      request,
      subject: request.subjectName.toArrayBuffer(),
      spki: request.publicKey.rawData,
      attributes: request.attributes,
    }
  })
  if (other === null) return { result: 'refused' }
  const values = (list: { oid: string; values: string[] }[]): string => JSON.stringify(list)
  return compare([
    ['subject', hex(ours.subject), hex(other.subject)],
    ['SubjectPublicKeyInfo', hex(ours.spki), hex(other.spki)],
    [
      'attributes',
      values(ours.attributes.map((one) => ({ oid: one.oid, values: one.values.map((value) => hex(value.bytes)) }))),
      values(other.attributes.map((one) => ({ oid: one.type, values: one.values.map(hexOfValue) }))),
    ],
    ['signature value', hex(ours.signature), hex(other.request.signature)],
    ...(await comparedSignature(signed, () => other.request.verify())),
  ])
}

/** @param signed whether the signature is that of `key` */
export async function compareCertificate(
  bytes: Uint8Array,
  ours: Certificate,
  key: KeyObject,
  signed: boolean,
): Promise<Agreement> {
  const other = theirs(() => {
    const certificate = new x509.X509Certificate(new Uint8Array(bytes))
    const { subjectName, issuerName, publicKey, extensions, notBefore, notAfter } = certificate
    return {
      certificate,
      subject: subjectName.toArrayBuffer(),
      issuer: issuerName.toArrayBuffer(),
      spki: publicKey.rawData,
      extensions,
      notBefore,
      notAfter,
    }
  })
  if (other === null) return { result: 'refused' }
  const publicKey = new x509.PublicKey(key.export({ type: 'spki', format: 'der' }) as Uint8Array<ArrayBuffer>)
  return compare([
    ['serialNumber', ours.serialNumber, withoutZeros(other.certificate.serialNumber)],
    ['subject', hex(ours.subject), hex(other.subject)],
    ['issuer', hex(ours.issuer), hex(other.issuer)],
    ['SubjectPublicKeyInfo', hex(ours.spki), hex(other.spki)],
    ['notBefore', ours.notBefore.getTime(), other.notBefore.getTime()],
    ['notAfter', ours.notAfter.getTime(), other.notAfter.getTime()],
    [
      'extensions',
      JSON.stringify([...ours.extensions].map(([oid, one]) => [oid, one.critical, hex(one.value)])),
      JSON.stringify(other.extensions.map((one) => [one.type, one.critical, hex(one.value)])),
    ],
    ...(await comparedSignature(signed, () => other.certificate.verify({ publicKey, signatureOnly: true }))),
  ])
}

/** Reasons by their number (RFC 5280 5.3.1); where ours says unspecified the other may say nothing. */
export async function compareCrl(bytes: Uint8Array, ours: Crl): Promise<Agreement> {
  const other = theirs(() => {
    const crl = new x509.X509Crl(new Uint8Array(bytes))
    const entries = crl.entries.map((entry) => [
      withoutZeros(entry.serialNumber),
      entry.revocationDate.getTime(),
      x509.X509CrlReason[entry.reason ?? 0],
    ])
    return { crl, entries, issuer: crl.issuerName.toArrayBuffer(), thisUpdate: crl.thisUpdate, nextUpdate: crl.nextUpdate }
  })
  if (other === null) return { result: 'refused' }
  return compare([
    ['issuer', hex(ours.issuer), hex(other.issuer)],
    ['thisUpdate', ours.thisUpdate.getTime(), other.thisUpdate.getTime()],
    ['nextUpdate', ours.nextUpdate?.getTime(), other.nextUpdate?.getTime()],
    [
      'entries',
      JSON.stringify([...ours.revoked].map(([serial, one]) => [serial, one.revokedAt.getTime(), one.reason])),
      JSON.stringify(other.entries),
    ],
  ])
}
