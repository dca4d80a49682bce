import { describe, expect, it } from 'vitest'
import { type Bytes, context, integer, nul, octetString, oid, seq } from '../asn1/der.ts'
import { OID } from '../asn1/oids.ts'
import { parseCertificate } from './certificate.ts'
import { makeCa } from './certificate-fixtures.ts'
import { hashIssuer, isCertIdOf, MAX_CERT_IDS, readOcspRequest } from './ocsp-request.ts'

const issuer = parseCertificate(makeCa().issuingDer)
const hashes = hashIssuer(issuer)
const certId = (over: { hash?: string; serial?: bigint; name?: Uint8Array } = {}): Bytes =>
  seq(
    seq(oid(over.hash ?? OID['id-sha1']), nul()),
    octetString(over.name ?? hashes.sha1.name),
    octetString(hashes.sha1.key),
    integer(over.serial ?? 0x4711n),
  )
const extension = (id: string, value: Uint8Array, critical = false): Bytes =>
  critical ? seq(oid(id), Uint8Array.of(1, 1, 0xff), octetString(value)) : seq(oid(id), octetString(value))
const request = (ids: readonly Uint8Array[], ...extensions: Uint8Array[]): Bytes =>
  seq(seq(seq(...ids.map((id) => seq(id))), ...(extensions.length > 0 ? [context(2, seq(...extensions))] : [])))
const nonce = (octets: number): Bytes => extension(OID['id-pkix-ocsp-nonce'], octetString(new Uint8Array(octets)))

describe('an OCSP request', () => {
  it('names certificates by their issuer’s hashes and their serial number', () => {
    const { certIds, nonce: none } = readOcspRequest(request([certId()]))
    expect(none).toBeNull()
    expect(certIds).toMatchObject([{ serialNumber: '4711', hash: 'sha1' }])
    expect(certIds[0]?.bytes).toEqual(certId())
    expect(certIds.map((id) => isCertIdOf(id, hashes))).toEqual([true])
    const foreign = readOcspRequest(request([certId({ name: new Uint8Array(20) })])).certIds
    expect(foreign.map((id) => isCertIdOf(id, hashes))).toEqual([false])
  })

  it('may say its version and its requestor, and carry a signature that nobody looks at', () => {
    const list = seq(seq(certId()))
    const full = seq(context(0, integer(0)), context(1, context(4, seq())), list, context(2, seq(nonce(16))))
    const signed = seq(full, context(0, seq(seq(oid(OID.sha256WithRSAEncryption)), Uint8Array.of(3, 1, 0))))
    expect(readOcspRequest(signed).certIds).toHaveLength(1)
  })

  it('may carry a nonce of 1 to 128 octets (RFC 9654), which is kept as it is', () => {
    for (const octets of [1, 32, 128])
      expect(readOcspRequest(request([certId()], nonce(octets))).nonce).toEqual(octetString(new Uint8Array(octets)))
    for (const octets of [0, 129]) expect(() => readOcspRequest(request([certId()], nonce(octets)))).toThrow('nonce of')
  })

  it.each<[string, Bytes]>([
    ['nothing asked', seq(seq(seq()))],
    ['too much asked', request(Array.from({ length: MAX_CERT_IDS + 1 }, () => certId()))],
    ['another version', seq(seq(context(0, integer(1)), seq(seq(certId()))))],
    ['another hash', request([certId({ hash: OID.md5WithRSAEncryption })])],
    ['a negative serial number', request([certId({ serial: -1n })])],
    ['a serial number too long', request([certId({ serial: 1n << 168n })])],
    ['an unknown critical extension', request([certId()], extension('1.2.3.4', nul(), true))],
    ['an extension twice', request([certId()], nonce(8), nonce(8))],
    ['a field too many', seq(seq(seq(seq(certId())), nul()))],
    ['a byte too many', Uint8Array.of(...request([certId()]), 0)],
  ])('is refused with %s', (_, der) => {
    expect(() => readOcspRequest(der)).toThrow(expect.objectContaining({ code: 'der' }))
  })

  it('is refused when it is larger than any real one', () => {
    const large = request([certId()], extension('1.2.3.4', new Uint8Array(9_000)))
    expect(() => readOcspRequest(large)).toThrow(expect.objectContaining({ code: 'size' }))
  })
})
