/**
 * One HTTP request to a peer we do not trust to behave, as a typed outcome instead of an exception.
 *
 * Connecting has its own time limit beside the one for the whole exchange (a peer that accepts and says nothing, one that drips), the
 * answer is cut off at a size, redirects are answers like any other and never followed (hostile-inputs F-S16), and TLS is always
 * verified: a private issuer is named, never waved through. No retries in here: whoever knows whether asking twice is safe decides.
 * node:http rather than fetch, because fetch of the runtime takes neither a CA nor a connect limit.
 */
import { createHash } from 'node:crypto'
import { lookup } from 'node:dns'
import http from 'node:http'
import https from 'node:https'
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net'

export interface HttpRequest {
  method: 'GET' | 'POST'
  url: string
  headers?: Readonly<Record<string, string>>
  body?: string | Uint8Array
  connectTimeoutMs?: number
  totalTimeoutMs?: number
  maxResponseBytes?: number
  /** PEM of a private TLS issuer; then only that one is believed. */
  ca?: string | null
  /** TLS client certificate with its chain, and its private key, both PEM. */
  client?: { certificate: string; key: string } | null
  /** For addresses that people enter on a page: never asks what answers on link-local addresses (cloud metadata) or on none (F-W29). */
  configuredByPeople?: boolean
}

export type HttpOutcome =
  | { kind: 'response'; status: number; headers: http.IncomingHttpHeaders; body: Buffer; ms: number }
  /** Not connected: nothing was sent. */
  | { kind: 'unreachable'; detail: string; ms: number }
  /** Sent at least in part, and no whole answer came: the peer may or may not have acted. */
  | { kind: 'broken'; detail: string; ms: number }
  | { kind: 'timeout'; detail: string; ms: number }
  | { kind: 'too_large'; status: number; limit: number; ms: number }

const DEFAULTS = { connectTimeoutMs: 3_000, totalTimeoutMs: 10_000, maxResponseBytes: 256 * 1024 }

// Idle connections are given up before usual servers give them up (Node: 5 s), so that a request rarely meets a closing one.
const AGENT_OPTIONS = { keepAlive: true, maxSockets: 32, maxFreeSockets: 8, timeout: 4_000 } as const
const plain = new http.Agent(AGENT_OPTIONS)
const secure = new Map<string, https.Agent>()

/** One pool for everybody who trusts and shows the same; a certificate that was replaced leaves an idle pool behind, so they are few. */
const MAX_AGENTS = 50

function agentFor(url: URL, ca: string | null, client: HttpRequest['client']): http.Agent {
  if (url.protocol === 'http:') return plain
  const key = client
    ? createHash('sha256')
        .update(JSON.stringify([ca, client.certificate, client.key]))
        .digest('hex')
    : (ca ?? '')
  const known = secure.get(key)
  if (known) return known
  const agent = new https.Agent({
    ...AGENT_OPTIONS,
    ...(ca ? { ca } : {}),
    ...(client ? { cert: client.certificate, key: client.key } : {}),
  })
  if (secure.size >= MAX_AGENTS) closeHttpConnections()
  secure.set(key, agent)
  return agent
}

/** Link-local (RFC 3927, RFC 4291), "this host" and multicast: nothing there is a CA. */
const REFUSED_ADDRESSES = new BlockList()
REFUSED_ADDRESSES.addSubnet('169.254.0.0', 16)
REFUSED_ADDRESSES.addSubnet('0.0.0.0', 8)
REFUSED_ADDRESSES.addSubnet('224.0.0.0', 3)
REFUSED_ADDRESSES.addAddress('::', 'ipv6')
REFUSED_ADDRESSES.addSubnet('fe80::', 10, 'ipv6')
REFUSED_ADDRESSES.addSubnet('ff00::', 8, 'ipv6')

/** IPv4 addresses in IPv6 clothes are looked at as IPv4 by BlockList itself. */
export const isRefusedAddress = (address: string): boolean => REFUSED_ADDRESSES.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')

class RefusedAddress extends Error {
  constructor(address: string) {
    super(`${address} is an address that is never asked`)
  }
}

/** The address that was looked at is the one that is connected to: a name that changes its mind in between gains nothing. */
const carefulLookup: LookupFunction = (hostname, options, callback) =>
  lookup(hostname, options, (error, address, family) => {
    const found = typeof address === 'string' ? [address] : (address ?? []).map((one) => one.address)
    const refused = error ? undefined : found.find(isRefusedAddress)
    if (refused === undefined) callback(error, address, family)
    else callback(new RefusedAddress(refused), '', 0)
  })

/** Ends idle connections; for processes that stop. */
export function closeHttpConnections(): void {
  plain.destroy()
  for (const agent of secure.values()) agent.destroy()
  secure.clear()
}

/** Never rejects. The body of the outcome is what came, up to the limit. */
export function requestHttp(request: HttpRequest): Promise<HttpOutcome> {
  const { connectTimeoutMs, totalTimeoutMs, maxResponseBytes } = { ...DEFAULTS, ...definedOf(request) }
  const start = performance.now()
  const ms = () => Math.round(performance.now() - start)

  return new Promise((resolve) => {
    let settled = false
    let connected = false
    let outgoing: http.ClientRequest | undefined
    const timers: NodeJS.Timeout[] = []
    const settle = (outcome: HttpOutcome): void => {
      if (settled) return
      settled = true
      for (const timer of timers) clearTimeout(timer)
      if (outcome.kind !== 'response') outgoing?.destroy()
      resolve(outcome)
    }
    try {
      const url = new URL(request.url)
      const literal = url.hostname.replace(/^\[|\]$/g, '')
      if (request.configuredByPeople && isIP(literal) !== 0 && isRefusedAddress(literal)) throw new RefusedAddress(literal)
      const body = typeof request.body === 'string' ? Buffer.from(request.body) : request.body
      const options: https.RequestOptions = {
        method: request.method,
        agent: agentFor(url, request.ca ?? null, request.client ?? null),
        ...(request.configuredByPeople ? { lookup: carefulLookup } : {}),
        headers: { ...request.headers, ...(body ? { 'content-length': String(body.byteLength) } : {}) },
      }
      outgoing = url.protocol === 'http:' ? http.request(url, options) : https.request(url, options)
      const secureWait = url.protocol === 'https:' ? 'secureConnect' : 'connect'
      outgoing.on('socket', (socket) => {
        if (!socket.connecting) connected = true
        else socket.once(secureWait, () => (connected = true))
      })
      outgoing.on('error', (error) => settle({ kind: connected ? 'broken' : 'unreachable', detail: explain(error), ms: ms() }))
      outgoing.on('response', (response) => {
        const chunks: Buffer[] = []
        let size = 0
        const status = response.statusCode ?? 0
        response.on('data', (chunk: Buffer) => {
          size += chunk.length
          if (size > maxResponseBytes) return settle({ kind: 'too_large', status, limit: maxResponseBytes, ms: ms() })
          chunks.push(chunk)
        })
        response.on('error', (error) => settle({ kind: 'broken', detail: explain(error), ms: ms() }))
        response.on('aborted', () =>
          settle({ kind: 'broken', detail: 'the connection ended in the middle of the answer', ms: ms() }),
        )
        response.on('end', () =>
          settle({ kind: 'response', status, headers: response.headers, body: Buffer.concat(chunks), ms: ms() }),
        )
      })
      timers.push(
        setTimeout(() => {
          if (!connected) settle({ kind: 'unreachable', detail: `no connection within ${connectTimeoutMs} ms`, ms: ms() })
        }, connectTimeoutMs),
        setTimeout(
          () => settle({ kind: 'timeout', detail: `no whole answer within ${totalTimeoutMs} ms`, ms: ms() }),
          totalTimeoutMs,
        ),
      )
      outgoing.end(body)
    } catch (error) {
      settle({ kind: 'unreachable', detail: explain(error), ms: ms() })
    }
  })
}

const definedOf = (request: HttpRequest): Partial<typeof DEFAULTS> =>
  Object.fromEntries(
    Object.entries({
      connectTimeoutMs: request.connectTimeoutMs,
      totalTimeoutMs: request.totalTimeoutMs,
      maxResponseBytes: request.maxResponseBytes,
    }).filter(([, value]) => value !== undefined),
  )

/** The error's code and first line; of several addresses tried, the last one's. */
function explain(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return explain(error.errors.at(-1))
  if (!(error instanceof Error)) return 'unknown error'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null
  const line = error.message.split('\n', 1)[0]?.slice(0, 200) ?? ''
  return code && !line.includes(code) ? `${code}: ${line}` : line
}
