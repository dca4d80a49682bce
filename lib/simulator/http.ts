/**
 * The little HTTP that the simulator needs: bodies up to a size, JSON answers, and who may call from a browser. The device API and the
 * switches are for the portal's own pages and for programs on this machine: another site's script gets nothing, neither by CORS nor by
 * a name that suddenly points here (DNS rebinding).
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { isIP } from 'node:net'

/** An answer that is not 2xx. `code` is for programs, `error` for people. */
export class HttpError extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

const MAX_BODY_BYTES = 256 * 1024

/** @throws HttpError 413, 415, 400 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
    throw new HttpError(415, 'media_type', 'The body must be application/json.')
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) throw new HttpError(413, 'too_large', `The body must not be larger than ${MAX_BODY_BYTES} octets.`)
    chunks.push(chunk)
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)))
  } catch {
    throw new HttpError(400, 'not_json', 'The body is not JSON.')
  }
}

export function sendJson(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(JSON.stringify(value))
}

export const bearerOf = (request: IncomingMessage): string =>
  /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''

/** @throws HttpError 421 unless the request names this machine, an address, or the public host */
export function checkHost(request: IncomingMessage, publicHost: string): void {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase()
  const literal = host.replace(/^\[(.*)\]$/, '$1')
  if (host !== 'localhost' && host !== publicHost && !isIP(literal))
    throw new HttpError(421, 'wrong_host', 'This messaging simulator is not reached by that name.')
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** One of the origins, or the same port of this machine by another of its names: whoever starts the portal may type either. */
function isAllowed(origin: string, origins: ReadonlySet<string>): boolean {
  if (origins.has(origin)) return true
  if (!URL.canParse(origin)) return false
  const { protocol, hostname, port } = new URL(origin)
  if (!LOOPBACK.test(hostname)) return false
  return [...origins]
    .map((allowed) => new URL(allowed))
    .some((allowed) => LOOPBACK.test(allowed.hostname) && allowed.port === port && allowed.protocol === protocol)
}

/**
 * Sets what the browser needs to let one of the portal's pages call.
 * @returns true when the request was a preflight and is answered
 * @throws HttpError 403 for a page of another origin
 */
export function allowOrigin(request: IncomingMessage, response: ServerResponse, origins: ReadonlySet<string>): boolean {
  const { origin } = request.headers
  response.setHeader('vary', 'origin')
  if (origin === undefined) return false
  if (!isAllowed(origin, origins))
    throw new HttpError(403, 'wrong_origin', 'Pages of that origin may not use this messaging simulator.')
  response.setHeader('access-control-allow-origin', origin)
  if (request.method !== 'OPTIONS') return false
  response.writeHead(204, {
    'access-control-allow-methods': 'GET, POST, PUT',
    'access-control-allow-headers': 'authorization, content-type',
    'access-control-max-age': '600',
  })
  response.end()
  return true
}
