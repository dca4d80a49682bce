/** OCSP requests, as anybody may send them: what is asked about is what stands there. */
import { context, DerError, integer, nul, octetString, oid, seq, unsignedInteger } from '#lib/core/asn1/der.ts'
import { OID } from '#lib/core/asn1/oids.ts'
import { parseCertificate } from '#lib/core/x509/certificate.ts'
import { hashIssuer, isCertIdOf, type OcspRequest, readOcspRequest } from '#lib/core/x509/ocsp-request.ts'
import { extension } from '../../builders/answer.ts'
import { testPki } from '../certificates.ts'
import { derTreeOf, mutateDer } from '../mutate-der.ts'
import { refused, same, target, varies, wrong } from '../target.ts'

const issuer = hashIssuer(parseCertificate(testPki().issuingDer))
const SERIAL = Buffer.from('4000112233445566778899aabbccddeeff', 'hex')
const certId = (hash: 'sha1' | 'sha256') =>
  seq(seq(oid(OID[`id-${hash}`]), nul()), octetString(issuer[hash].name), octetString(issuer[hash].key), unsignedInteger(SERIAL))

const REQUESTS: Record<string, Buffer<ArrayBuffer>> = {
  plain: seq(seq(seq(seq(certId('sha1'))))),
  'with a nonce': seq(
    seq(seq(seq(certId('sha256'))), context(2, seq(extension(OID['id-pkix-ocsp-nonce'], octetString(Buffer.alloc(16, 3)))))),
  ),
  'for two, with a version': seq(seq(context(0, integer(0)), seq(seq(certId('sha1')), seq(certId('sha256'))))),
}
const ORIGINALS = Object.fromEntries(Object.entries(REQUESTS).map(([name, bytes]) => [name, derTreeOf(bytes)]))

type Reading = { request: OcspRequest } | { code: string }

export default target<Reading>({
  name: 'ocsp',
  what: 'OCSP requests',
  share: 3,
  mutate: (choices) => {
    const original = choices.of(Object.keys(REQUESTS))
    const { value, how } = mutateDer(ORIGINALS[original] as ReturnType<typeof derTreeOf>, choices)
    return { bytes: value, original, signedBy: null, how }
  },
  read: ({ bytes }) => {
    try {
      return { request: readOcspRequest(bytes) }
    } catch (error) {
      if (error instanceof DerError) return { code: error.code }
      throw error
    }
  },
  judge: ({ bytes, original }, reading) => {
    if ('code' in reading) return refused(reading.code)
    const { request } = reading
    const strange = request.certIds.some(({ bytes: asked, serialNumber, hash, issuerKeyHash }) => {
      const whole = Buffer.from(asked)
      const serial = unsignedInteger(Buffer.from(serialNumber.length % 2 ? `0${serialNumber}` : serialNumber, 'hex'))
      return (
        !bytes.includes(whole) ||
        !whole.includes(Buffer.from(issuerKeyHash)) ||
        !whole.subarray(-serial.length).equals(serial) ||
        !whole.includes(oid(OID[`id-${hash}`]))
      )
    })
    if (strange) return wrong('asked about something that does not stand there')
    const ours = request.certIds.filter((one) => isCertIdOf(one, issuer)).length
    return bytes.equals(REQUESTS[original] as Buffer) ? same : varies(`${ours} certificates of ours asked about`)
  },
})
