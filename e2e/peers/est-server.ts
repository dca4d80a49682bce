/**
 * A small EST server (RFC 7030) that can be made to misbehave: for tests of what we do about it (hostile-inputs F-S18, durability K11, K12). Written
 * from the RFC and on @peculiar/x509 alone, so that it shares no line with our client; `pki --est` of strongSwan checks it
 * (est-strongswan.db.test.ts), so that it is not only our own word.
 *
 *   GET  /.well-known/est/cacerts         §4.1   no authentication
 *   POST /.well-known/est/simpleenroll    §4.2   Basic, or a TLS client certificate of the server's client CA
 *   POST /.well-known/est/simplereenroll  §4.2.2 the TLS client certificate whose subject the request repeats
 *
 * Like most, it keeps no transactions: the same request twice is two certificates (`issued` tells). As a program:
 * `node e2e/peers/est-server.ts [--fault NAME]` prints what to configure.
 */
import 'reflect-metadata'
import { createHash, X509Certificate as NodeCertificate, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { parseArgs } from 'node:util'
import * as x509 from '@peculiar/x509'

/** One way each to be wrong, or to say no. */
export const EST_FAULTS = [
  'refuses',
  'forbids',
  'unauthorized',
  'not-found',
  'redirects',
  'error',
  'busy',
  'pending',
  'hangs',
  'half',
  'resets-after-issuing',
  'empty',
  'not-base64',
  'not-cms',
  'html',
  'no-certificate',
  'two-certificates',
  'other-ca',
  'other-key',
  'other-subject',
  'bad-signature',
  'expired',
  'not-yet-valid',
  'too-long',
  'ca-certificate',
  'extra-purpose',
  'missing-usage',
  'extra-name',
  'critical-extension',
  'huge',
  'other-cacerts',
] as const
export type EstFault = (typeof EST_FAULTS)[number]

export interface IssuedByEst {
  serialNumber: string
  subject: string
  der: Buffer
}

export interface EstServer {
  /** https://localhost:PORT */
  url: string
  /** PEM of who issued the server's TLS certificate. */
  tlsCa: string
  /** SHA-256 of the CA's root, hex. */
  anchorSha256: string
  basic: { user: string; password: string }
  client: { certificate: string; key: string }
  /** Every certificate made, also those that were not handed out. */
  issued: IssuedByEst[]
  /** Renewals are also taken from whoever may enrol, for a subject that was certified before: as some CAs let a registration authority do. */
  renewsForAuthorities: boolean
  /** Operations asked for, in order. */
  requests: string[]
  fault: EstFault | null
  /** With `pending`: how many times 202 before the certificate; null: for ever. */
  pendingRounds: number | null
  retryAfter: string
  /** Another issuing CA under the same root: what comes after a rollover. */
  rollOver(): Promise<void>
  stop(): Promise<void>
}

const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }
const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const DAY_MS = 86_400_000
const BASE = '/.well-known/est/'
const fromNow = (days: number) => new Date(Date.now() + days * DAY_MS)
const generate = (algorithm: typeof RSA | typeof EC) =>
  crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as Promise<CryptoKeyPair>
const pkcs8Pem = async (key: CryptoKey) => {
  const base64 = Buffer.from(await crypto.subtle.exportKey('pkcs8', key)).toString('base64')
  return `-----BEGIN PRIVATE KEY-----\n${base64.replace(/.{1,64}/g, '$&\n')}-----END PRIVATE KEY-----\n`
}

interface Authority {
  certificate: x509.X509Certificate
  keys: CryptoKeyPair
  algorithm: typeof RSA | typeof EC
}

async function makeAuthority(name: string, parent: Authority | null, algorithm: typeof RSA | typeof EC): Promise<Authority> {
  const keys = await generate(algorithm)
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject: name,
    issuer: parent?.certificate.subject ?? name,
    notBefore: fromNow(-1),
    notAfter: fromNow(3650),
    publicKey: keys.publicKey,
    signingKey: (parent?.keys ?? keys).privateKey,
    signingAlgorithm: parent?.algorithm ?? algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, parent ? 0 : undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { certificate, keys, algorithm }
}

const newSerial = () => `4${randomBytes(15).toString('hex').slice(1)}`

async function makeLeaf(
  subject: string,
  authority: Authority,
  usage: 'server' | 'client',
): Promise<{ certificate: string; key: string }> {
  const keys = await generate(EC)
  const purpose = usage === 'server' ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject,
    issuer: authority.certificate.subject,
    notBefore: fromNow(-1),
    notAfter: fromNow(30),
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    signingAlgorithm: authority.algorithm,
    extensions: [
      new x509.ExtendedKeyUsageExtension([purpose]),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
      ]),
    ],
  })
  return { certificate: certificate.toString('pem'), key: await pkcs8Pem(keys.privateKey) }
}

const der = (tag: number, ...parts: Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts)
  const { length } = content
  const header = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...header]), content])
}
const ID_SIGNED_DATA = Buffer.from('06092a864886f70d010702', 'hex')
const ID_DATA = Buffer.from('06092a864886f70d010701', 'hex')

/** RFC 5652 §5.2: without signers the eContent is left out. (X509Certificates.export writes an empty one, which strongSwan refuses.) */
function certsOnly(certificates: readonly x509.X509Certificate[]): string {
  const signedData = der(
    0x30,
    Buffer.from([2, 1, 1]),
    der(0x31),
    der(0x30, ID_DATA),
    der(0xa0, ...certificates.map((certificate) => new Uint8Array(certificate.rawData))),
    der(0x31),
  )
  return der(0x30, ID_SIGNED_DATA, der(0xa0, signedData)).toString('base64')
}

/** What this CA puts into every certificate: its own policy, as real ones have. */
export interface EstPolicy {
  days: number
  keyUsage: number
  extendedKeyUsage: string[]
}

const POLICY: EstPolicy = {
  days: 90,
  keyUsage: x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.nonRepudiation,
  extendedKeyUsage: [x509.ExtendedKeyUsage.clientAuth, x509.ExtendedKeyUsage.emailProtection],
}

export async function startEstServer(options: { policy?: Partial<EstPolicy>; port?: number } = {}): Promise<EstServer> {
  const policy = { ...POLICY, ...options.policy }
  const root = await makeAuthority('CN=Test EST Root, O=Test', null, RSA)
  let issuing = await makeAuthority('CN=Test EST Issuing CA, O=Test', root, RSA)
  const stranger = await makeAuthority('CN=Test EST Issuing CA, O=Test', null, RSA)
  const tls = await makeAuthority('CN=Test TLS Root, O=Test', null, EC)
  const clients = await makeAuthority('CN=Test Client Root, O=Test', null, EC)
  const served = await makeLeaf('CN=localhost', tls, 'server')
  const basic = { user: 'certdesk', password: randomBytes(12).toString('base64url') }

  async function issue(csr: x509.Pkcs10CertificateRequest): Promise<x509.X509Certificate> {
    const { fault } = server
    const from = fault === 'other-ca' ? stranger : issuing
    const otherKey = fault === 'other-key' ? (await generate(RSA)).publicKey : null
    const notBefore = fault === 'expired' ? fromNow(-30) : fault === 'not-yet-valid' ? fromNow(2) : new Date(Date.now() - 60_000)
    const notAfter = fault === 'expired' ? fromNow(-1) : fromNow(fault === 'too-long' ? 3000 : policy.days)
    const purposes =
      fault === 'extra-purpose' ? [...policy.extendedKeyUsage, x509.ExtendedKeyUsage.serverAuth] : policy.extendedKeyUsage
    const usage = fault === 'missing-usage' ? x509.KeyUsageFlags.keyEncipherment : policy.keyUsage
    const email = csr.subjectName.getField('E')[0]
    const names: x509.JsonGeneralNames = [
      ...(email ? [{ type: 'email' as const, value: email }] : []),
      ...(fault === 'extra-name' ? [{ type: 'dns' as const, value: 'dc.corp.example' }] : []),
    ]
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: newSerial(),
      // The Name's own bytes: parsing and writing it again would change string types.
      subject: fault === 'other-subject' ? 'CN=Somebody Else' : csr.subjectName,
      issuer: from.certificate.subject,
      notBefore,
      notAfter,
      publicKey: otherKey ?? csr.publicKey,
      signingKey: fault === 'bad-signature' ? stranger.keys.privateKey : from.keys.privateKey,
      signingAlgorithm: from.algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(fault === 'ca-certificate', undefined, true),
        new x509.KeyUsagesExtension(usage, true),
        new x509.ExtendedKeyUsageExtension(purposes),
        ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
        ...(fault === 'critical-extension' ? [new x509.Extension('1.3.6.1.4.1.99999.1', true, new Uint8Array([5, 0]))] : []),
        await x509.AuthorityKeyIdentifierExtension.create(from.certificate),
      ],
    })
    server.issued.push({
      serialNumber: certificate.serialNumber,
      subject: certificate.subject,
      der: Buffer.from(certificate.rawData),
    })
    return certificate
  }

  function mayEnroll(request: IncomingMessage): boolean {
    if ((request.socket as TLSSocket).authorized) return true
    const [scheme, credentials = ''] = (request.headers.authorization ?? '').split(' ')
    if (scheme?.toLowerCase() !== 'basic') return false
    const [given, expected] = [Buffer.from(credentials, 'base64').toString('utf8'), `${basic.user}:${basic.password}`].map(
      (text) => createHash('sha256').update(text).digest(),
    ) as [Buffer, Buffer]
    return timingSafeEqual(given, expected)
  }

  /** §4.2.2: the request's subject is that of the certificate shown, which this CA's client root or the CA itself issued. */
  function mayReenroll(request: IncomingMessage, csr: x509.Pkcs10CertificateRequest): boolean {
    if (server.renewsForAuthorities) return server.issued.some(({ subject }) => subject === csr.subject)
    const shown = (request.socket as TLSSocket).getPeerX509Certificate()
    if (!shown || !(request.socket as TLSSocket).authorized) return false
    return Buffer.from(new x509.X509Certificate(shown.raw).subjectName.toArrayBuffer()).equals(
      Buffer.from(csr.subjectName.toArrayBuffer()),
    )
  }

  const say = (response: ServerResponse, status: number, body = '', headers: Record<string, string> = {}): void => {
    response.writeHead(status, { 'content-type': 'text/plain', ...headers })
    response.end(body)
  }
  const give = (response: ServerResponse, base64: string): void => {
    const body = base64
    response.writeHead(200, {
      'content-type': 'application/pkcs7-mime; smime-type=certs-only',
      'content-transfer-encoding': 'base64',
      'content-length': String(body.length),
    })
    response.end(body)
  }

  async function enroll(request: IncomingMessage, response: ServerResponse, again: boolean): Promise<void> {
    let text = ''
    for await (const chunk of request) text += chunk
    const { fault } = server
    if (fault === 'unauthorized' || !mayEnroll(request))
      return say(response, 401, 'Wrong user name or password.', { 'www-authenticate': 'Basic realm="estrealm"' })
    if (!/^application\/pkcs10\b/.test(request.headers['content-type'] ?? ''))
      return say(response, 415, 'application/pkcs10 is wanted.')
    let csr: x509.Pkcs10CertificateRequest
    try {
      csr = new x509.Pkcs10CertificateRequest(Buffer.from(text.replace(/\s/g, ''), 'base64'))
      if (!(await csr.verify())) return say(response, 400, 'The signature of the PKCS#10 does not verify.')
    } catch {
      return say(response, 400, 'This is not a PKCS#10.')
    }
    if (again && !mayReenroll(request, csr)) return say(response, 403, 'Only the holder of a certificate renews it.')
    switch (fault) {
      case 'refuses':
        return say(response, 400, 'The subject is not allowed <b>here</b>.\r\nAsk the PKI team.')
      case 'forbids':
        return say(response, 403, 'This account may not enrol.')
      case 'not-found':
        return say(response, 404)
      case 'redirects':
        return say(response, 302, '', { location: 'https://elsewhere.example/' })
      case 'error':
        return say(response, 500, 'java.lang.NullPointerException')
      case 'busy':
        return say(response, 503, 'Maintenance', { 'retry-after': '7' })
      case 'pending': {
        if (server.pendingRounds !== null && --server.pendingRounds < 0) break
        return say(response, 202, 'An officer must approve it.', { 'retry-after': server.retryAfter })
      }
      case 'hangs':
        return
      case 'empty':
        return give(response, '')
      case 'not-base64':
        return give(response, 'This, is not base64!')
      case 'not-cms':
        return give(response, Buffer.from('3003020101', 'hex').toString('base64'))
      case 'html':
        return say(response, 200, '<html><script>alert(1)</script></html>', { 'content-type': 'text/html' })
      case 'no-certificate':
        return give(response, certsOnly([]))
      case 'huge':
        return sendHuge(response)
    }
    const certificate = await issue(csr)
    const body = certsOnly(fault === 'two-certificates' ? [certificate, await issue(csr)] : [certificate])
    if (fault === 'resets-after-issuing') return void request.socket.destroy()
    if (fault === 'half') {
      response.writeHead(200, { 'content-type': 'application/pkcs7-mime', 'content-length': String(body.length) })
      response.write(body.slice(0, body.length / 2), () => request.socket.destroy())
      return
    }
    give(response, body)
  }

  /** 50 MB, as fast as they are taken. */
  function sendHuge(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/pkcs7-mime' })
    const chunk = Buffer.alloc(1 << 20, 'A')
    let left = 50
    const more = (): void => {
      while (left-- > 0) if (!response.write(chunk)) return void response.once('drain', more)
      response.end()
    }
    response.on('error', () => undefined)
    more()
  }

  const https = createServer(
    {
      cert: served.certificate,
      key: served.key,
      requestCert: true,
      // Whoever comes without a certificate, or with a stranger's, is answered 401 as RFC 7030 §3.2.3 says, and not cut off by TLS.
      rejectUnauthorized: false,
      ca: [clients.certificate.toString('pem'), root.certificate.toString('pem'), issuing.certificate.toString('pem')],
    },
    (request, response) => {
      const operation = request.url?.startsWith(BASE) ? request.url.slice(BASE.length) : null
      server.requests.push(`${request.method} ${operation ?? request.url}`)
      const wrong = (error: unknown) => say(response, 500, String(error))
      if (operation === 'cacerts' && request.method === 'GET')
        return give(
          response,
          certsOnly(server.fault === 'other-cacerts' ? [stranger.certificate] : [issuing.certificate, root.certificate]),
        )
      if (request.method !== 'POST') return say(response, operation === null ? 404 : 405)
      if (operation === 'simpleenroll') return void enroll(request, response, false).catch(wrong)
      if (operation === 'simplereenroll') return void enroll(request, response, true).catch(wrong)
      return say(response, 404)
    },
  )
  https.on('tlsClientError', () => undefined)
  await new Promise<void>((done) => https.listen(options.port ?? 0, '127.0.0.1', done))

  const server: EstServer = {
    url: `https://localhost:${(https.address() as AddressInfo).port}`,
    tlsCa: tls.certificate.toString('pem'),
    anchorSha256: new NodeCertificate(Buffer.from(root.certificate.rawData)).fingerprint256.replaceAll(':', '').toLowerCase(),
    basic,
    client: await makeLeaf('CN=Certdesk portal', clients, 'client'),
    issued: [],
    renewsForAuthorities: false,
    requests: [],
    fault: null,
    pendingRounds: null,
    retryAfter: '5',
    rollOver: async () => {
      issuing = await makeAuthority('CN=Test EST Issuing CA 2, O=Test', root, RSA)
    },
    stop: () =>
      new Promise((done) => {
        https.closeAllConnections()
        https.close(() => done())
      }),
  }
  return server
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { fault: { type: 'string' }, port: { type: 'string' } } })
  const server = await startEstServer(values.port ? { port: Number(values.port) } : {})
  server.fault = (values.fault as EstFault | undefined) ?? null
  const { url, tlsCa, anchorSha256, basic, client } = server
  console.log(JSON.stringify({ url, tlsCa, anchorSha256, basic, client }, null, 2))
}
