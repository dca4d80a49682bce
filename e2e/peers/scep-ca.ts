/**
 * A SCEP CA that can be made to misbehave: for tests of what we do about it (hostile-inputs F-S18, F-S19; durability K11, K12). A program of
 * its own: `node e2e/peers/scep-ca.ts [--fault NAME]` prints its address and fingerprint; tests start it in their own process.
 *
 * It keeps what it issued by transaction, so that a request that is sent again gets the same certificate; `deduplicates: false` makes it one of
 * those that issue a second one. Message types other than PKCSReq, RenewalReq and CertPoll are refused, whoever signs them.
 */
import { createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { type Bytes, isPrintableText, oid, printableString, readDer, readText, seq, setOf } from '#lib/core/asn1/der.ts'
import { OID } from '#lib/core/asn1/oids.ts'
import { CIPHERS, DIGESTS } from '#lib/core/cms/algorithms.ts'
import { encodeCertificates, nameOfCertificate } from '#lib/core/cms/signed-data.ts'
import { fingerprintOf } from '#lib/core/scep/ca-certificates.ts'
import { ScepError } from '#lib/core/scep/errors.ts'
import {
  decryptPkiMessage,
  encodeCertRep,
  openPkiMessage,
  type PkiMessage,
  type Responder,
  type Verdict,
} from '#lib/core/scep/serve.ts'
import { type FailInfo, messageTypeName } from '#lib/core/scep/types.ts'
import { readCsr } from '#lib/core/x509/csr.ts'
import {
  authorityKeyIdentifier,
  basicConstraints,
  type CertificateProfile,
  extendedKeyUsage,
  keyIdentifier,
  keyUsage,
  subjectKeyIdentifier,
} from '#lib/core/x509/extensions.ts'
import { encodeName, readName } from '#lib/core/x509/name.ts'
import { newRsaPair } from '#lib/core/x509/rsa-fixtures.ts'
import { assembleSigned, encodeTbs, makeSerial, makeTbsTemplate, SHA256_WITH_RSA } from '#lib/core/x509/tbs.ts'

/** One way each to be wrong. */
export const SCEP_FAULTS = [
  'failure',
  'pending',
  'hang',
  'drop',
  'half',
  'http-500',
  'http-403',
  'redirect',
  'garbage',
  'empty',
  'huge',
  'other-ca',
  'expired-ra',
  'foreign-ra',
  'other-key',
  'other-subject',
  'string-types',
  'other-issuer',
  'two-certificates',
  'no-certificate',
  'ca-certificate',
  'too-long',
  'wrong-transaction',
  'wrong-nonce',
  'unsigned',
  'other-signer',
  'forged-signer',
  'other-recipient',
  'weak-digest',
  'weak-cipher',
  'echo',
  'weak-capabilities',
] as const
export type ScepFault = (typeof SCEP_FAULTS)[number]

export interface ScepCaOptions {
  fault?: ScepFault | null
  failInfo?: FailInfo
  deduplicates?: boolean
  /** One-time challenges that are good; null: it asks for none. */
  challenges?: Set<string> | null
  profile?: Pick<CertificateProfile, 'validityDays' | 'keyUsage' | 'extendedKeyUsage'>
}

export interface RunningScepCa {
  url: string
  /** SHA-256 of the CA's certificate. */
  fingerprint: string
  certificate: Bytes
  /** Changed by tests while it runs. */
  options: Required<Omit<ScepCaOptions, 'profile'>> & Pick<ScepCaOptions, 'profile'>
  /** Every certificate that was made, by transaction, in order. */
  issued: { transactionId: string; der: Bytes }[]
  /** Names of the message types that came. */
  asked: string[]
  close(): Promise<void>
}

/** How a connection of the portal to it begins: what an administrator enters. */
export const connectionTo = ({ url, fingerprint }: RunningScepCa) => ({
  url,
  tlsCa: null,
  anchorSha256: fingerprint,
  caIdentifier: null,
  raCertificate: null,
  messageType: 'PKCSReq',
  legacyAlgorithms: false,
})

const DAY_MS = 86_400_000
const CAPABILITIES = 'SCEPStandard\nAES\nSHA-256\nPOSTPKIOperation\nRenewal\n'
const DEFAULT_PROFILE = {
  validityDays: 365,
  keyUsage: ['digitalSignature', 'nonRepudiation'],
  extendedKeyUsage: ['clientAuth', 'emailProtection'],
} as const

interface Party {
  certificate: Bytes
  key: KeyObject
  spki: Bytes
  name: Bytes
}

const spkiOf = (key: KeyObject): Bytes => createPublicKey(key).export({ format: 'der', type: 'spki' }) as Bytes

function certify(options: {
  issuer: { name: Bytes; key: KeyObject; spki: Bytes }
  subject: Bytes
  spki: Bytes
  days: readonly [from: number, to: number]
  extensions: Uint8Array[]
}): Bytes {
  const { issuer, subject, spki, days, extensions } = options
  const at = (day: number): Date => new Date(Math.floor((Date.now() + day * DAY_MS) / 1000) * 1000 - 60_000)
  const tbs = encodeTbs(makeTbsTemplate(issuer.name, extensions), {
    serial: makeSerial(randomBytes(16)),
    notBefore: at(days[0]),
    notAfter: at(days[1]),
    subject,
    spki,
    extensions: [subjectKeyIdentifier(keyIdentifier(spki)), authorityKeyIdentifier(keyIdentifier(issuer.spki))],
  })
  return assembleSigned(tbs, SHA256_WITH_RSA, sign('sha256', tbs, issuer.key))
}

function makeParty(commonName: string, issuer: Party | null, days: readonly [number, number], extensions: Uint8Array[]): Party {
  const { privateKey: key } = newRsaPair()
  const own = { name: encodeName([{ type: 'CN', value: commonName }]), key, spki: spkiOf(key) }
  const certificate = certify({ issuer: issuer ?? own, subject: own.name, spki: own.spki, days, extensions })
  return { ...own, certificate }
}

function subjectFor(fault: ScepFault | null, asked: Bytes): Bytes {
  if (fault === 'other-subject') return encodeName([{ type: 'CN', value: 'Somebody Else' }])
  return fault === 'string-types' ? printableWherePossible(asked) : asked
}

/** The subject as Go writes it: PrintableString for whatever text can be one. */
const printableWherePossible = (name: Bytes): Bytes =>
  seq(
    ...readName(readDer(name), 'subject').map((rdn) =>
      setOf(
        ...rdn.map(({ oid: type, value }) => {
          const text = readText(value)
          return seq(oid(type), text !== null && isPrintableText(text) ? printableString(text) : value.bytes)
        }),
      ),
    ),
  )

const caExtensions = () => [basicConstraints({ pathLength: 0 }), keyUsage(['keyCertSign', 'cRLSign', 'digitalSignature'])]
const raExtensions = () => [basicConstraints(null), keyUsage(['digitalSignature', 'keyEncipherment'])]

/** On loopback, on a port of the system's choice. */
export async function startScepCa(options: ScepCaOptions = {}): Promise<RunningScepCa> {
  const ca = makeParty('Peer CA', null, [0, 3650], caExtensions())
  const other = makeParty('Peer CA', null, [0, 3650], caExtensions())
  const ras = {
    good: makeParty('Peer RA', ca, [0, 365], raExtensions()),
    'expired-ra': makeParty('Peer RA', ca, [-365, -1], raExtensions()),
    'foreign-ra': makeParty('Peer RA', other, [0, 365], raExtensions()),
  }
  const running = {
    certificate: ca.certificate,
    fingerprint: fingerprintOf(ca.certificate),
    options: { fault: null, failInfo: 'badRequest' as FailInfo, deduplicates: true, challenges: null, ...options },
    issued: [] as RunningScepCa['issued'],
    asked: [] as string[],
  }
  const raNow = (): Party => {
    const { fault } = running.options
    return fault === 'expired-ra' || fault === 'foreign-ra' ? ras[fault] : ras.good
  }

  function issue(csr: ReturnType<typeof readCsr>): Bytes {
    const { fault, profile = DEFAULT_PROFILE } = running.options
    const asCa = fault === 'ca-certificate'
    return certify({
      issuer: fault === 'other-issuer' ? other : ca,
      subject: subjectFor(fault, csr.subject),
      spki: fault === 'other-key' ? other.spki : csr.spki,
      days: [0, fault === 'too-long' ? 3000 : profile.validityDays],
      extensions: asCa
        ? caExtensions()
        : [basicConstraints(null), keyUsage(profile.keyUsage), extendedKeyUsage(profile.extendedKeyUsage)],
    })
  }

  function decide(message: PkiMessage): Verdict {
    const { fault, failInfo, deduplicates } = running.options
    const type = messageTypeName(message.messageType)
    running.asked.push(type ?? message.messageType)
    const failure = (text: string, info: FailInfo = 'badRequest'): Verdict => ({ status: 'failure', failInfo: info, text })
    // Only what is meant to be asked, whoever asks (GO-2026-4775).
    if (type !== 'PKCSReq' && type !== 'RenewalReq' && type !== 'CertPoll')
      return failure(`messageType ${message.messageType.slice(0, 20)} is not served`)
    if (fault === 'failure') return failure('not allowed by the peer', failInfo)
    if (fault === 'pending') return { status: 'pending' }
    const known = running.issued.find(({ transactionId }) => transactionId === message.transactionId)
    if (type === 'CertPoll' && known === undefined) {
      // It was pending: what was asked is kept by transaction.
      const csr = waiting.get(message.transactionId)
      if (csr === undefined) return failure('no such transaction', 'badCertId')
      return success(message, csr)
    }
    if (known !== undefined && (deduplicates || type === 'CertPoll'))
      return { status: 'success', certificates: [known.der, ca.certificate] }
    const csr = readCsr(contentOf(message))
    return spends(csr) ? success(message, csr) : failure('the challenge is missing, unknown or used up')
  }

  /** Whether the request has a challenge that is good, which it is not after that. */
  function spends(csr: ReturnType<typeof readCsr>): boolean {
    const { challenges } = running.options
    if (challenges === null) return true
    const value = csr.attributes.find(({ oid: type }) => type === OID.challengePassword)?.values[0]
    return value !== undefined && challenges.delete(readText(value) ?? '')
  }

  const waiting = new Map<string, ReturnType<typeof readCsr>>()
  const contentOf = (message: PkiMessage): Bytes => {
    const recipient = raNow()
    const { issuer, serial } = nameOfCertificate(readDer(recipient.certificate))
    return decryptPkiMessage(message, { name: { issuer, serial }, key: recipient.key }, true)
  }

  function success(message: PkiMessage, csr: ReturnType<typeof readCsr>): Verdict {
    const der = issue(csr)
    running.issued.push({ transactionId: message.transactionId, der })
    const { fault } = running.options
    if (fault === 'no-certificate') return { status: 'success', certificates: [ca.certificate] }
    if (fault === 'two-certificates') return { status: 'success', certificates: [der, issue(csr)] }
    return { status: 'success', certificates: [der, ca.certificate] }
  }

  function answer(bytes: Bytes): Bytes {
    const message = openPkiMessage(bytes, true)
    const { fault } = running.options
    if (fault === 'pending' && messageTypeName(message.messageType) === 'PKCSReq')
      waiting.set(message.transactionId, readCsr(contentOf(message)))
    const verdict = decide(message)
    if (fault === 'unsigned') return encodeCertificates(verdict.status === 'success' ? verdict.certificates : [])
    if (fault === 'echo') return bytes
    const bent = { ...message }
    if (fault === 'wrong-transaction') bent.transactionId = 'f'.repeat(40)
    if (fault === 'wrong-nonce') bent.senderNonce = randomBytes(16)
    if (fault === 'weak-digest') bent.digest = DIGESTS.find(({ name }) => name === 'SHA-1') ?? bent.digest
    if (fault === 'weak-cipher') bent.cipher = CIPHERS.find(({ name }) => name === 'DES') ?? bent.cipher
    if (fault === 'other-recipient') {
      const { issuer, serial } = nameOfCertificate(readDer(other.certificate))
      bent.signer = { der: other.certificate, name: { issuer, serial }, key: createPublicKey(other.key) }
    }
    const responder: Responder =
      fault === 'other-signer'
        ? other
        : fault === 'forged-signer'
          ? { certificate: raNow().certificate, key: other.key }
          : raNow()
    return encodeCertRep(bent, verdict, responder, randomBytes(16))
  }

  const server = createServer((request, response) => {
    void serve(request, response).catch((error: unknown) => {
      response.writeHead(error instanceof ScepError ? 400 : 500).end(error instanceof Error ? error.message : '')
    })
  })

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://peer')
    const { fault } = running.options
    const send = (type: string, body: Uint8Array | string): void =>
      void response.writeHead(200, { 'content-type': type }).end(body)
    switch (url.searchParams.get('operation')) {
      case 'GetCACaps':
        return send('text/plain', fault === 'weak-capabilities' ? 'DES3\nSHA-1\n' : CAPABILITIES)
      case 'GetCACert':
        return send(
          'application/x-x509-ca-ra-cert',
          encodeCertificates([raNow().certificate, (fault === 'other-ca' ? other : ca).certificate]),
        )
      case 'PKIOperation': {
        const message = url.searchParams.get('message')
        const body = request.method === 'POST' ? await readAll(request) : Buffer.from(message ?? '', 'base64')
        const exchange = { response, answer: () => answer(body), send }
        const spoilt = fault === null ? undefined : TRANSPORT_FAULTS[fault]
        if (spoilt === undefined) send(MESSAGE_TYPE, answer(body))
        else spoilt(exchange)
        return
      }
      default:
        response.writeHead(400).end()
    }
  }

  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    ...running,
    // The same objects, so that a test may change them.
    options: running.options,
    url: `http://127.0.0.1:${port}/scep`,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections()
        server.close(() => done())
      }),
  }
}

const HUGE_BYTES = 50 * 1024 * 1024

interface Exchange {
  response: ServerResponse
  /** Acts on the request. */
  answer(): Bytes
  send(type: string, body: Uint8Array | string): void
}
const MESSAGE_TYPE = 'application/x-pki-message'

/** Faults of transport; where the answer gets lost, the request has been acted on before, as on a bad day. */
const TRANSPORT_FAULTS: Partial<Record<ScepFault, (exchange: Exchange) => void>> = {
  'http-500': ({ response }) => response.writeHead(500).end('internal error'),
  'http-403': ({ response }) => response.writeHead(403).end('no access from here'),
  redirect: ({ response }) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
  garbage: ({ send }) => send('text/html', '<!doctype html><title>Sign in</title>'),
  empty: ({ send }) => send(MESSAGE_TYPE, ''),
  hang: ({ answer }) => void answer(),
  drop: ({ answer, response }) => {
    answer()
    response.destroy()
  },
  half: ({ answer, response }) => {
    const whole = answer()
    response.writeHead(200, { 'content-type': MESSAGE_TYPE, 'content-length': String(whole.length) })
    response.write(whole.subarray(0, whole.length / 2), () => response.destroy())
  },
  huge: ({ response }) => {
    response.writeHead(200, { 'content-type': MESSAGE_TYPE, 'content-length': String(HUGE_BYTES) })
    const piece = Buffer.alloc(1 << 20, 0x30)
    let left = HUGE_BYTES
    const more = (): void => {
      for (; left > 0 && !response.destroyed; left -= piece.length)
        if (!response.write(piece)) {
          left -= piece.length
          response.once('drain', more)
          return
        }
      response.end()
    }
    more()
  },
}

async function readAll(request: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { fault: { type: 'string' } } })
  const fault = SCEP_FAULTS.find((known) => known === values.fault) ?? null
  if (values.fault !== undefined && fault === null) {
    console.error(`There is no fault ${values.fault}; there are ${SCEP_FAULTS.join(', ')}.`)
    process.exit(2)
  }
  const ca = await startScepCa({ fault })
  console.log(`${ca.url} ${ca.fingerprint}`)
}
