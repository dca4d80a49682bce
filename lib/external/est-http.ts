/**
 * Asking an EST server (RFC 7030): one operation, one typed outcome.
 *
 * TLS always, with the TLS issuer that was configured (§3.3.1, §3.6.1); the client certificate at the handshake where there is one
 * (§3.3.2); Basic only for enrolling, since `cacerts` needs no authentication (§4.1.1) and a password is not shown to whoever answers
 * first. Redirects are not followed (§3.2.1 lets a client refuse them): the address is configured, and so is who may read the password.
 */
import { type EstConfig, estUrl } from '#lib/core/issuer-config/est.ts'
import { type HttpOutcome, requestHttp } from './http.ts'

export interface EstAccess {
  config: EstConfig
  /** Password of `basicUser`; null: none. */
  basicPassword: string | null
  /** PEM key of `clientCertificate`; null: none. */
  clientKey: string | null
}

/** §3.2.2. `simplereenroll` by the letter is for the certificate that is shown in TLS; ours is a registration authority's (lib/issuer/est/issuer.ts). */
export type EstOperation = 'cacerts' | 'simpleenroll' | 'simplereenroll'

/** A CA may think for a while before it signs; longer than this and it should have said 202. */
const ENROLL_TIMEOUT_MS = 20_000
const CACERTS_TIMEOUT_MS = 8_000

/** @param body base64 of a PKCS#10, for the enrolling operations */
export function requestEst(access: EstAccess, operation: EstOperation, body: string | null): Promise<HttpOutcome> {
  const { config, basicPassword, clientKey } = access
  const enrolls = operation !== 'cacerts'
  const basic = enrolls && config.basicUser !== null && basicPassword !== null ? `${config.basicUser}:${basicPassword}` : null
  return requestHttp({
    method: enrolls ? 'POST' : 'GET',
    url: estUrl(config, operation),
    headers: {
      accept: 'application/pkcs7-mime',
      // RFC 8951 §3.1: the header is ignored by new servers and wanted by old ones.
      ...(enrolls ? { 'content-type': 'application/pkcs10', 'content-transfer-encoding': 'base64' } : {}),
      ...(basic === null ? {} : { authorization: `Basic ${Buffer.from(basic, 'utf8').toString('base64')}` }),
    },
    ...(body === null ? {} : { body }),
    ca: config.tlsCa,
    client: config.clientCertificate && clientKey ? { certificate: config.clientCertificate, key: clientKey } : null,
    configuredByPeople: true,
    totalTimeoutMs: enrolls ? ENROLL_TIMEOUT_MS : CACERTS_TIMEOUT_MS,
  })
}
