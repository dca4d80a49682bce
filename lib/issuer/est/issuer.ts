/**
 * A CA behind an EST server (RFC 7030): the phone's PKCS#10 goes there as it is, in the portal's name.
 *
 * `simpleenroll`, unless the connection says otherwise: `simplereenroll` is meant to be authenticated by the very certificate that is renewed
 * (§4.2.2), whose key is in the phone and speaks no TLS. Where a CA lets a registration authority renew for others, it is asked for a
 * certificate that repeats subject and names of one the person has. Which of the two it is, is settled with what is prepared:
 *
 *   Prepared ::= CHOICE { enroll CertificationRequest, reenroll SEQUENCE { operation UTF8String ("simplereenroll"), request OCTET STRING } }
 *
 * EST has no transaction: the same request twice is two certificates at the CA. So a request whose answer was not read is written down
 * before it is repeated (workflow), and staff hear of it; a second one never reaches the phone, since what is released is one row.
 *
 * Validity is the CA's to choose, up to the profile's; `prepare` only says what is expected.
 */
import { type Bytes, octetString, readDer, readOctetString, seq, TAG, utf8String } from '#lib/core/asn1/der.ts'
import { encodeBody } from '#lib/core/est/messages.ts'
import type { EstConfig } from '#lib/core/issuer-config/est.ts'
import { type EstAccess, requestEst } from '#lib/external/est-http.ts'
import type { IssuanceResult, Issuer, IssuerTrust } from '../port.ts'
import type { Credentials, FetchedCa, RemoteIdentity } from '../remote.ts'
import { expectFromRemote, prepareForRemote } from '../remote-request.ts'
import { explainNoResponse, explainStatus, readCertificates, readEnrollAnswer } from './answer.ts'

export function openEstIssuer({ name }: RemoteIdentity, trust: IssuerTrust, credentials: Credentials, config: EstConfig): Issuer {
  const access = accessOf(config, credentials)
  return {
    name,
    trust,
    asksForRenewals: config.renewal === 'reenroll',
    prepare: (request) => {
      const again = config.renewal === 'reenroll' && request.renews
      return Promise.resolve(prepareForRemote(request, again ? encodeRenewal(request.csr) : request.csr, trust))
    },
    complete: async (prepared: Bytes): Promise<IssuanceResult> => {
      const { operation, csr } = readPrepared(prepared)
      const outcome = await requestEst(access, operation, encodeBody(csr))
      return readEnrollAnswer(outcome, new Date())
    },
    expectation: (request) => expectFromRemote(request, config),
  }
}

const encodeRenewal = (csr: Bytes): Buffer<ArrayBuffer> => seq(utf8String('simplereenroll'), octetString(csr))

/** A CertificationRequest begins with a SEQUENCE. */
function readPrepared(prepared: Bytes): { operation: 'simpleenroll' | 'simplereenroll'; csr: Bytes } {
  const [first, second] = readDer(prepared).children
  return first?.tag === TAG.utf8String
    ? { operation: 'simplereenroll', csr: readOctetString(second, 'request') }
    : { operation: 'simpleenroll', csr: prepared }
}

const accessOf = (config: EstConfig, credentials: Credentials): EstAccess => ({
  config,
  basicPassword: credentials.get('basic-password')?.toString('utf8') ?? null,
  clientKey: credentials.get('client-key')?.toString('utf8') ?? null,
})

/** `cacerts` (§4.1). */
export async function fetchEstCa(config: EstConfig, credentials: Credentials): Promise<FetchedCa> {
  const outcome = await requestEst(accessOf(config, credentials), 'cacerts', null)
  if (outcome.kind === 'too_large') return { ok: false, fault: 'answer', detail: explainNoResponse(outcome) }
  if (outcome.kind !== 'response') return { ok: false, fault: 'unreachable', detail: explainNoResponse(outcome) }
  const { status, headers, body } = outcome
  if (status !== 200) return { ok: false, fault: 'refused', detail: explainStatus(status, headers, body) }
  const read = readCertificates(body)
  if (!read.ok) return { ok: false, fault: 'answer', detail: `The CA’s list of certificates cannot be used: ${read.detail}.` }
  const date = headers.date === undefined ? Number.NaN : Date.parse(headers.date)
  return { ok: true, certificates: read.certificates, capabilities: [], date: Number.isNaN(date) ? null : new Date(date) }
}
