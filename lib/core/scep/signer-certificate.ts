/**
 * The self-signed certificate a client signs its messages with (RFC 8894 §2.3): keyUsage digitalSignature and keyEncipherment, subject that
 * of the PKCS#10. Its key is ours, not the PKCS#10's: the phone keeps that one to itself.
 */
import { type KeyObject, sign } from 'node:crypto'
import type { Bytes } from '../asn1/der.ts'
import { boolean, namedBits, octetString, oid, seq } from '../asn1/der.ts'
import { OID } from '../asn1/oids.ts'
import { assembleSigned, encodeTbs, makeTbsTemplate, SHA256_WITH_RSA } from '../x509/tbs.ts'

const DIGITAL_SIGNATURE = 0
const KEY_ENCIPHERMENT = 2
const KEY_USAGE = seq(oid(OID['id-ce-keyUsage']), boolean(true), octetString(namedBits([DIGITAL_SIGNATURE, KEY_ENCIPHERMENT])))

export function encodeSelfSigned(options: {
  subject: Uint8Array
  spki: Uint8Array
  key: KeyObject
  serial: Uint8Array
  notBefore: Date
  notAfter: Date
}): Bytes {
  const { subject, spki, key, serial, notBefore, notAfter } = options
  const tbs = encodeTbs(makeTbsTemplate(subject, [KEY_USAGE]), { serial, notBefore, notAfter, subject, spki, extensions: [] })
  return assembleSigned(tbs, SHA256_WITH_RSA, sign('sha256', tbs, key))
}
