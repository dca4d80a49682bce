/** Bends of the PKCS#10 inside an answer: its parts, signed again, or its bytes. Tests only. */
import { sign } from 'node:crypto'
import * as der from '#lib/core/asn1/der.ts'
import { OID } from '#lib/core/asn1/oids.ts'
import { readCsr } from '#lib/core/x509/csr.ts'
import { type Bends, type CsrParts, RS256_CSR, rsaKey, spkiOf } from './answer.ts'

export const stranger = rsaKey('stranger')
export const phone = rsaKey('phone signer')
export const csr = (change: Partial<CsrParts>): Bends => ({ csrParts: (p) => ({ ...p, ...change }) })
export const subject = (value: Uint8Array): Bends => csr({ subject: value })
export const attributes = (...values: Uint8Array[]): Bends =>
  csr({ attributes: der.tlv(0xa0, der.setOf(...values).subarray(2 + lengthOctets(values))) })
export const derOf = (change: (good: Buffer<ArrayBuffer>) => Uint8Array): Bends => ({ csrDer: change })
export const rdn = (oid: string, value: Uint8Array): Uint8Array => der.setOf(der.seq(der.oid(oid), value))
export const cn = (value: Uint8Array): Uint8Array => der.seq(rdn(OID['id-at-commonName'], value))
export const cnText = (text: string): Bends => subject(cn(der.utf8String(text)))

export function lengthOctets(values: Uint8Array[]): number {
  const length = values.reduce((sum, value) => sum + value.length, 0)
  return length < 0x80 ? 0 : length < 0x100 ? 1 : 2
}

/** The parts of a good request, to be put together in another way and signed. */
export const rebuild = (
  make: (parts: { version: Uint8Array; subject: Uint8Array; spki: Uint8Array }) => Uint8Array,
  finish = (info: Uint8Array, signature: Uint8Array): Uint8Array => der.seq(info, RS256_CSR, der.bitString(signature)),
): Bends =>
  derOf((good) => {
    const info = make({ version: der.integer(0), subject: readCsr(good).subject, spki: spkiOf(phone.publicKey) })
    return finish(info, sign('sha256', info, phone.privateKey))
  })

export const rsaSpki = (algorithm: Uint8Array): Buffer<ArrayBuffer> => {
  const key = der.readDer(spkiOf(phone.publicKey)).children[1] as der.DerNode
  return der.seq(algorithm, key.bytes)
}
