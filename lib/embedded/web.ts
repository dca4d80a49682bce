/**
 * `npm run web`: one web process. Checks its environment before anything is loaded, builds the pages if there is no build, and serves
 * them. SIGTERM ends it in order: no new connections, requests at work are finished (event streams are cut after a moment).
 *
 * Next runs inside this process rather than as `next start`, so that it ends when told to and says in one sentence why it cannot begin.
 */
import { createServer, type Server } from 'node:http'
import { EnvError, type WebEnv, webEnv } from '#lib/env.ts'
import { logger } from '#lib/log.ts'
import { buildPages, buildState, ROOT } from './build.ts'
import { EmbeddedError } from './embedded-error.ts'

/** How long requests may take to end after SIGTERM; event streams never do by themselves. */
const DRAIN_MS = 3_000

export async function serveWeb(env: WebEnv): Promise<Server> {
  if (buildState() === 'missing') {
    console.error('Building the pages (there is no build yet)…')
    await buildPages()
  }
  const server = createServer({ requestTimeout: 60_000, headersTimeout: 20_000, keepAliveTimeout: 65_000, maxHeaderSize: 16_384 })
  // The port first: whoever waits for it is served a moment later, and a port in use is found before anything else is loaded.
  await listen(server, env.port, env.host)
  const { default: next } = await import('next')
  const app = next({ dev: false, dir: ROOT, hostname: env.host === '::' ? 'localhost' : env.host, port: env.port })
  const handle = app.getRequestHandler()
  const ready = app.prepare()
  server.on('request', (request, response) => {
    // Next answers 500 to an address it cannot decode; it is the caller's mistake.
    if (!isDecodable(request.url ?? '')) {
      response.writeHead(400, { 'content-type': 'application/problem+json', 'x-content-type-options': 'nosniff' })
      response.end(JSON.stringify(UNDECODABLE))
      return
    }
    ready.then(
      () => handle(request, response),
      () => response.writeHead(503).end(),
    )
  })
  await ready
  return server
}

const UNDECODABLE = {
  type: 'about:blank',
  title: 'The address cannot be read',
  status: 400,
  code: 'invalid_input',
  detail: 'The address holds a percent sign that does not begin an encoded UTF-8 character. Check the link and try again.',
}

function isDecodable(url: string): boolean {
  try {
    decodeURIComponent(url.split('?', 1)[0] ?? '')
    return true
  } catch {
    return false
  }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      // A machine without IPv6 has no "::".
      if (host === '::' && (error.code === 'EAFNOSUPPORT' || error.code === 'EADDRNOTAVAIL'))
        listen(server, port, '0.0.0.0').then(done, fail)
      else fail(new EmbeddedError(whyNot(error, port, host), { cause: error }))
    })
    server.listen({ port, host }, () => {
      server.removeAllListeners('error')
      done()
    })
  })
}

/** One sentence about why a port could not be had. */
export function whyNot(error: NodeJS.ErrnoException, port: number, host: string, variable = 'PORT'): string {
  if (error.code === 'EADDRINUSE')
    return `Port ${port} is in use by another program: end that one, or set ${variable} to another port.`
  if (error.code === 'EACCES') return `Port ${port} may not be opened by this user: set ${variable} to a port from 1024 on.`
  return `Port ${port} of ${host} cannot be opened (${error.code}): see HOST and ${variable}.`
}

function stopOnSignal(server: Server): void {
  const stop = (): void => {
    const hard = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
    server.close(() => {
      clearTimeout(hard)
      process.exit(0)
    })
    server.closeIdleConnections()
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

if (import.meta.main) {
  process.env.NEXT_TELEMETRY_DISABLED = '1'
  try {
    const env = webEnv()
    stopOnSignal(await serveWeb(env))
    logger('web').info({ port: env.port, host: env.host, url: env.publicUrl }, 'the web is up')
  } catch (error) {
    if (!(error instanceof EnvError) && !(error instanceof EmbeddedError)) throw error
    console.error(error.message)
    process.exit(1)
  }
}
