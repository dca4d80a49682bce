/** What the phone shows of an X.509 certificate (RFC 5280 section 4.1), and the one thing it checks: that it is for its own key. */
import { type Bytes, sameBytes, toBase64, toHex } from './bytes.ts'
import { type DerValue, readChildren, readWhole } from './der.ts'
import { nameToText, readName } from './distinguished-name.ts'

export interface CertificateSummary {
  subject: string
  issuer: string
  /** Hexadecimal, without the zero octet that only says that the number is positive. */
  serialNumber: string
  notBefore: Date
  notAfter: Date
  spki: Bytes
}

const UTC_TIME = 0x17
const GENERALIZED_TIME = 0x18

function readTime({ tag, value }: DerValue): Date {
  const text = String.fromCharCode(...value)
  const match = (
    tag === GENERALIZED_TIME ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/ : /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/
  ).exec(text)
  if (!match || (tag !== UTC_TIME && tag !== GENERALIZED_TIME)) throw new Error('The certificate has a time that is none.')
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number)
  // RFC 5280, 4.1.2.5.1: two digits below 50 are 20xx.
  const fullYear = tag === GENERALIZED_TIME ? year : year + (year < 50 ? 2000 : 1900)
  return new Date(Date.UTC(fullYear, month - 1, day, hour, minute, second))
}

/** @throws Error with a sentence if the octets are not a certificate */
export function readCertificate(der: Uint8Array): CertificateSummary {
  const [tbs] = readChildren(readWhole(der).value)
  const fields = tbs ? readChildren(tbs.value) : []
  // [0] EXPLICIT Version is there for version 3; the fields after it are in one order always.
  if (fields[0]?.tag === 0xa0) fields.shift()
  const [serial, , issuer, validity, subject, spki] = fields
  const [notBefore, notAfter] = validity ? readChildren(validity.value) : []
  if (serial?.tag !== 0x02 || !issuer || !notBefore || !notAfter || !subject || spki?.tag !== 0x30)
    throw new Error('This is not a certificate.')
  return {
    subject: nameToText(readName(subject.bytes)),
    issuer: nameToText(readName(issuer.bytes)),
    serialNumber: toHex(serial.value).replace(/^(00)+(?=.)/, ''),
    notBefore: readTime(notBefore),
    notAfter: readTime(notAfter),
    spki: spki.bytes,
  }
}

/** Whether the certificate is for this public key. */
export async function isForKey(certificate: CertificateSummary, publicKey: CryptoKey): Promise<boolean> {
  return sameBytes(certificate.spki, new Uint8Array(await crypto.subtle.exportKey('spki', publicKey)))
}

/** PEM (RFC 7468). */
export function toPem(label: string, der: Uint8Array): string {
  const lines = toBase64(der).match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}
