/**
 * A portal's side for tests: a simulator on a free port, and a server that takes its callbacks. Holds what came until a test asks.
 * Nothing here judges an answer; that is the portal's work.
 */
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toBase64, utf8 } from './phone/bytes.ts'
import { writeCertificateRequest } from './phone/certificate-request.ts'
import { derOid, derSequence, derSet, derValue } from './phone/der.ts'
import { KEY_KINDS, type KeyKind, RSA_SHA256 } from './phone/keys.ts'
import { type Simulator, type SimulatorOptions, startSimulator } from './server.ts'

export interface Callback {
  path: string
  authorization: string | undefined
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look at whatever came
  body: any
}

export interface TestPortal {
  simulator: Simulator
  dataDir: string
  apiKey: string
  callbacks: Callback[]
  /** The next callback, come already or yet to come. */
  nextCallback(): Promise<Callback>
  /** Status of the next answers to callbacks, first to last; 200 after that. */
  statuses: number[]
  command(kind: string, body: unknown, headers?: Record<string, string>): Promise<{ status: number; text: string; body: Reply }>
  setFault(fault: string | null, ms?: number): Promise<number>
  /** Stops and starts the simulator with the same data and port. */
  restart(): Promise<void>
  stop(): Promise<void>
}

// biome-ignore lint/suspicious/noExplicitAny: tests look at whatever came
export type Reply = any

const attestationKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })

export const CALLBACK_AUTH = 'hermod:callback-secret'

export async function startTestPortal(over: Partial<SimulatorOptions> = {}): Promise<TestPortal> {
  const callbacks: Callback[] = []
  const waiting: ((callback: Callback) => void)[] = []
  const unread: Callback[] = []
  const statuses: number[] = []
  const sink = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    response.writeHead(statuses.shift() ?? 200).end('{}')
    let body: unknown = null
    try {
      body = JSON.parse(text)
    } catch {}
    const callback: Callback = { path: request.url ?? '', authorization: request.headers.authorization, text, body }
    callbacks.push(callback)
    const waiter = waiting.shift()
    if (waiter) waiter(callback)
    else unread.push(callback)
  })
  await new Promise<void>((done) => sink.listen(0, '127.0.0.1', done))
  const dataDir = mkdtempSync(join(tmpdir(), 'certdesk-simulator-'))
  // One key for all tests of a file: making one takes a good part of a second on a busy machine.
  mkdirSync(join(dataDir, 'simulator'))
  writeFileSync(join(dataDir, 'simulator', 'attestation-private.json'), JSON.stringify(attestationKey), { mode: 0o600 })
  const apiKey = createHash('sha256').update(randomUUID()).digest('hex')
  const options: SimulatorOptions = {
    host: '127.0.0.1',
    port: 0,
    dataDir,
    clientId: 'portal',
    apiKey,
    callback: {
      url: `http://127.0.0.1:${(sink.address() as AddressInfo).port}/hermod`,
      auth: CALLBACK_AUTH,
      attempts: 3,
      retryDelayMs: 20,
    },
    allowOrigins: ['http://portal.test:3000', 'http://localhost:3000'],
    ...over,
  }
  const portal: TestPortal = {
    simulator: await startSimulator(options),
    dataDir,
    apiKey,
    callbacks,
    statuses,
    nextCallback: () => {
      const ready = unread.shift()
      return ready ? Promise.resolve(ready) : new Promise((done) => waiting.push(done))
    },
    async command(kind, body, headers = {}) {
      const response = await fetch(`${portal.simulator.url}/hermod/rest/command/${kind}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-api-key': Buffer.from(`portal:${apiKey}`).toString('base64'),
          ...headers,
        },
        body: typeof body === 'string' ? body : JSON.stringify(body),
        redirect: 'manual',
      })
      const text = await response.text()
      let value: unknown = null
      try {
        value = JSON.parse(text)
      } catch {}
      return { status: response.status, text, body: value }
    },
    async setFault(fault, ms) {
      const response = await fetch(`${portal.simulator.url}/simulator/faults`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ fault, ...(ms === undefined ? {} : { ms }) }),
      })
      return response.status
    },
    async restart() {
      const { port } = new URL(portal.simulator.url)
      await portal.simulator.stop()
      // Uses up what fetch keeps of connections that are gone: a new one is refused.
      while (!(await isRefused(`${portal.simulator.url}/simulator/health`)));
      portal.simulator = await startSimulator({ ...options, port: Number(port) })
    },
    async stop() {
      await portal.simulator.stop()
      sink.closeAllConnections()
      await new Promise((done) => sink.close(done))
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
  return portal
}

const isRefused = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => false,
    (error: Error) => error.cause instanceof Error && 'code' in error.cause && error.cause.code === 'ECONNREFUSED',
  )

const UTF8_STRING = 0x0c
const PRINTABLE_STRING = 0x13

const attribute = (oid: string, text: string, tag = UTF8_STRING) => derSet(derSequence(derOid(oid), derValue(tag, utf8(text))))

export const SUBJECT = derSequence(
  attribute('2.5.4.6', 'SE', PRINTABLE_STRING),
  attribute('2.5.4.10', 'Example AB'),
  attribute('2.5.4.3', 'Åsa Öberg'),
)
export const SUBJECT_TEXT = 'CN=Åsa Öberg, O=Example AB, C=SE'

const dummyPair = crypto.subtle.generateKey(
  { ...RSA_SHA256, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
  false,
  ['sign', 'verify'],
)

/** The dummy request of every test; its key is thrown away with the process. */
export const dummyRequest: Promise<string> = dummyPair.then(async ({ publicKey, privateKey }) =>
  toBase64(await writeCertificateRequest({ subject: SUBJECT, publicKey, signer: privateKey })),
)

export interface WantedKey {
  keyid: string
  usage: string
  kinds: readonly KeyKind[]
}

const ONE_KEY: readonly WantedKey[] = [{ keyid: 'signer', usage: 'SIG', kinds: ['RSA-2048'] }]
/** Two keys, EC first. */
export const TWO_KEYS: readonly WantedKey[] = [
  { keyid: 'signer', usage: 'SIG', kinds: ['EC-P256', 'RSA-2048'] },
  { keyid: 'auth', usage: 'AUTH', kinds: ['EC-P384', 'RSA-2048'] },
]

export async function provisionCommand(
  over: { userid?: string; timeout?: number; lifespan?: number; nonce?: string; keys?: readonly WantedKey[] } = {},
) {
  const { userid = 'asa.oberg', timeout = 300, lifespan = timeout, nonce = '0123456789abcdef0123456789abcdef' } = over
  const certreq = await dummyRequest
  return {
    commandHeader: { lifespan, timeout, externalId: 'order-42' },
    provCommand: {
      nonce,
      userid,
      responsesignaturekey: 'ATTESTATION',
      responseformat: 'jws' as const,
      profile: {
        servername: 'Certdesk Demo',
        name: 'Employee mobile ID',
        keygenrequests: (over.keys ?? ONE_KEY).map(({ keyid, usage, kinds }) => ({
          keyid,
          usage,
          keytypeprios: kinds.map((kind): { keytype: string; keylength: string; responsemechanism: string } => KEY_KINDS[kind]),
          storageprios: ['APP'],
          keystate: 'ACTIVE',
          certreq,
        })),
      },
    },
  }
}

/** @param data base64 of the certificate of the key `signer`, or of each key by its name */
export const certificateCommand = (
  profileid: string,
  data: string | Readonly<Record<string, string>>,
  over: { userid?: string; timeout?: number } = {},
) => ({
  commandHeader: {
    to: [`@${over.userid ?? 'asa.oberg'}`],
    lifespan: over.timeout ?? 300,
    timeout: over.timeout ?? 300,
    externalId: 'order-42',
  },
  certCommand: {
    profileid,
    certificates: Object.entries(typeof data === 'string' ? { signer: data } : data).map(([keyid, certificate]) => ({
      keyid,
      keystate: 'ACTIVE',
      data: certificate,
    })),
  },
})

/** A certificate over a SubjectPublicKeyInfo, signed by a key nobody knows: the phone looks at the key only. */
export function someCertificate(spki: Uint8Array, subject: Uint8Array = SUBJECT): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = derSequence(derOid('1.2.840.10045.4.3.2'))
  const time = (text: string) => derValue(0x17, utf8(text))
  const tbs = derSequence(
    derValue(0xa0, new Uint8Array([2, 1, 2])),
    new Uint8Array([2, 9, 0, 0xfe, 1, 2, 3, 4, 5, 6, 7]),
    algorithm,
    derSequence(attribute('2.5.4.3', 'Test CA')),
    derSequence(time('260101000000Z'), time('280101000000Z')),
    subject,
    spki,
  )
  return toBase64(
    derSequence(tbs, algorithm, derValue(0x03, new Uint8Array([0]), new Uint8Array(sign('sha256', tbs, privateKey)))),
  )
}

/** Header and payload of a compact JWS. */
export const readJws = (jws: string): { header: Reply; payload: Reply; headerText: string; payloadText: string } => {
  const [headerText = '', payloadText = ''] = jws.split('.', 2).map((part) => Buffer.from(part, 'base64url').toString())
  return { header: JSON.parse(headerText), payload: payloadText ? JSON.parse(payloadText) : null, headerText, payloadText }
}
