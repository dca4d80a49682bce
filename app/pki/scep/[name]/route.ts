/**
 * SCEP of an embedded CA (RFC 8894 §4): /pki/scep/<issuer>?operation=GetCACaps|GetCACert|PKIOperation. Off unless somebody at the portal's own
 * machine turned it on (`certdesk scep enable`); then, and for issuers that do not exist, there is nothing here.
 *
 * The web has no key: it checks that a message is one, signed by the certificate that comes with it, and hands it to the worker
 * (lib/workflows/answer-scep.ts), who decides. Bounded in size, time and number of messages that wait (lib/data/pki-requests.ts); when the worker
 * is away or too much waits, 503 says to come back: the same message again is the same transaction.
 */
import type { Bytes } from '#lib/core/asn1/der.ts'
import { encodeCertificates } from '#lib/core/cms/signed-data.ts'
import { ScepError } from '#lib/core/scep/errors.ts'
import { openPkiMessage } from '#lib/core/scep/serve.ts'
import { serverCapabilities } from '#lib/core/scep/server-config.ts'
import { ISSUER_NAME } from '#lib/core/x509/publication.ts'
import { askWorker } from '#lib/data/pki-requests.ts'
import { readScepCertificate, readScepServer, type ScepServer } from '#lib/data/scep.ts'
import { readBody } from '#lib/http/read-body.ts'
import { translateError } from '#lib/http/translate-error.ts'
import { logger } from '#lib/log.ts'
import { notPublished } from '../../published-response.ts'

interface Context {
  params: Promise<{ name: string }>
}

const MAX_MESSAGE_BYTES = 32_768
const WAIT_MS = 8_000
const RETRY_S = '5'

const TYPES = {
  caps: 'text/plain',
  /** §4.2.1.2: CA and registration authority. */
  caCertificates: 'application/x-x509-ca-ra-cert',
  message: 'application/x-pki-message',
} as const

export async function GET(request: Request, { params }: Context): Promise<Response> {
  const { name } = await params
  const query = new URL(request.url).searchParams
  return serve(name, async (server) => {
    switch (query.get('operation')) {
      case 'GetCACaps':
        return reply(TYPES.caps, Buffer.from(serverCapabilities(server.config), 'latin1'))
      case 'GetCACert':
        return giveCertificates(name, server)
      case 'PKIOperation':
        return operate(name, server, fromQuery(query.get('message') ?? ''))
      default:
        return refuse(400, 'operation is none of GetCACaps, GetCACert and PKIOperation')
    }
  })
}

export async function POST(request: Request, { params }: Context): Promise<Response> {
  const { name } = await params
  const operation = new URL(request.url).searchParams.get('operation')
  return serve(name, async (server) => {
    if (operation !== 'PKIOperation') return refuse(400, 'only PKIOperation is posted')
    const reading = await readBody(request, { maxBytes: MAX_MESSAGE_BYTES, timeoutMs: 5_000 })
    if (reading.status === 'too_large') return refuse(413, 'the message is too large')
    if (reading.status !== 'ok') return refuse(400, 'the message did not come whole')
    return operate(name, server, Uint8Array.from(reading.body))
  })
}

/** Base64; blanks are what became of its "+" in an address that was not escaped. Null: it is none, or too long. */
function fromQuery(text: string): Bytes | null {
  const base64 = text.replace(/ /g, '+').replace(/[\r\n]/g, '')
  if (base64.length > (MAX_MESSAGE_BYTES * 4) / 3 + 4 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return null
  return Uint8Array.from(Buffer.from(base64, 'base64'))
}

async function serve(name: string, work: (server: ScepServer) => Promise<Response>): Promise<Response> {
  if (!ISSUER_NAME.test(name)) return notPublished()
  try {
    const server = await readScepServer(name)
    return server === null ? notPublished() : await work(server)
  } catch (error) {
    const { code } = translateError(error, 'SCEP')
    return code === 'unavailable' ? later() : refuse(500, 'the request could not be carried out')
  }
}

async function giveCertificates(name: string, server: ScepServer): Promise<Response> {
  const known = await readScepCertificate(server.issuer.id)
  if (known !== null) return reply(TYPES.caCertificates, encodeCertificates([known, ...server.chain]))
  // The first to ask after it was turned on: the worker makes one.
  const made = await askWorker({ kind: 'scep', target: name, body: new Uint8Array() }, WAIT_MS)
  return made.status === 'answered' ? reply(TYPES.caCertificates, encodeCertificates([made.reply, ...server.chain])) : later()
}

async function operate(name: string, server: ScepServer, message: Bytes | null): Promise<Response> {
  if (message === null || message.length === 0) return refuse(400, 'there is no message')
  try {
    openPkiMessage(message, server.config.legacyAlgorithms)
  } catch (error) {
    if (!(error instanceof ScepError)) throw error
    return refuse(400, `the message was not taken: ${error.message}`)
  }
  const answer = await askWorker({ kind: 'scep', target: name, body: message }, WAIT_MS)
  if (answer.status === 'answered') return reply(TYPES.message, answer.reply)
  logger('pki').warn({ issuer: name, ...answer }, 'a SCEP request was not answered')
  return later()
}

const reply = (type: string, body: Uint8Array<ArrayBuffer>): Response =>
  new Response(body, { headers: { 'content-type': type, 'content-length': String(body.length), 'cache-control': 'no-store' } })

const refuse = (status: number, sentence: string): Response =>
  new Response(`${sentence}\n`, { status, headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' } })

const later = (): Response =>
  new Response('Come back in a moment with the same message.\n', {
    status: 503,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', 'retry-after': RETRY_S },
  })

const onlyGetAndPost = async (): Promise<Response> => new Response(null, { status: 405, headers: { allow: 'GET, HEAD, POST' } })

export const dynamic = 'force-dynamic'
export { onlyGetAndPost as DELETE, onlyGetAndPost as OPTIONS, onlyGetAndPost as PATCH, onlyGetAndPost as PUT }
