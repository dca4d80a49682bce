/**
 * A CA behind an EST server (RFC 7030): the phone's PKCS#10 goes there as it is, in the portal's name.
 *
 * `simpleenroll`, always: `simplereenroll` is authenticated by the very certificate that is renewed (§4.2.2), whose key is in the phone.
 * EST has no transaction: the same request twice is two certificates at the CA. So a request whose answer was not read is written down
 * before it is repeated (workflow), and staff hear of it; a second one never reaches the phone, since what is released is one row.
 *
 * Validity is the CA's to choose, up to the profile's; `prepare` only says what is expected.
 */
import type { Bytes } from '#lib/core/asn1/der.ts'
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
    prepare: (request) => Promise.resolve(prepareForRemote(request, request.csr, trust)),
    complete: async (prepared: Bytes): Promise<IssuanceResult> => {
      const outcome = await requestEst(access, 'simpleenroll', encodeBody(prepared))
      return readEnrollAnswer(outcome, new Date())
    },
    expectation: (request) => expectFromRemote(request, config),
  }
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
