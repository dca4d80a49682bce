/**
 * The messaging simulator: an HTTP server of its own that is Hermod to the portal and to the training phones. The portal speaks to it
 * over HTTP exactly as to the real one; nothing of the portal is imported here, nothing of this is imported by the portal.
 *
 *   /hermod/rest/command/<kind>   the portal (X-Api-Key)                         command-routes.ts
 *   /hermod/rest/ms/…             training phones (simulator only)               device-routes.ts
 *   /simulator/health             {"ok": true}
 *   /simulator/app                the training app's attestation key
 *   /simulator/faults             GET, PUT {"fault": NAME | null, "ms"?: N}      faults.ts
 *   /simulator/commands           what there is, without secrets
 */
import { mkdirSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { z } from 'zod'
import { keepAttestationKey } from './attestation.ts'
import { createCallbackSender } from './callbacks.ts'
import { type CommandRoutes, takeCommand } from './command-routes.ts'
import { refusalStatus, serveDevice } from './device-routes.ts'
import { type FaultSwitch, isServerFault, SERVER_FAULTS, type ServerFault } from './faults.ts'
import { type CommandReply, DeviceError, Hermod } from './hermod.ts'
import { allowOrigin, checkHost, HttpError, readJson, sendJson } from './http.ts'
import { awaitDelivery, openOffer, prepareAnswer } from './phone/phone.ts'
import { openStateFile } from './state-file.ts'

export interface SimulatorOptions {
  host: string
  /** 0 for any free one. */
  port: number
  /** The simulator keeps its files in `simulator/` in there. */
  dataDir: string
  /** Where devices and the portal reach it, without a path; by default from host and port. */
  publicUrl?: string | undefined
  clientId: string
  apiKey: string
  callback: { url: string; auth: string | null; attempts?: number; retryDelayMs?: number }
  /** Origins whose pages may be training phones. */
  allowOrigins: readonly string[]
  log?: (line: string) => void
}

export interface Simulator {
  /** Without a path. */
  url: string
  stop(): Promise<void>
}

const faultSchema = z.strictObject({
  fault: z.string().refine(isServerFault, 'is not a fault of the messaging simulator').nullable(),
  ms: z.int().min(0).max(600_000).optional(),
})

/** @throws Error with a sentence if the port or the folder cannot be had */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { host, dataDir, callback, log = () => {} } = options
  const folder = join(dataDir, 'simulator')
  mkdirSync(folder, { recursive: true })
  const attestation = keepAttestationKey(folder)
  const faults: FaultSwitch = { fault: null, ms: 8_000 }
  const callbacks = createCallbackSender({ attempts: 3, retryDelayMs: 5_000, ...callback }, faults, log)
  const stopped = new AbortController()
  const origins = new Set(options.allowOrigins)

  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, host, resolve)
  })
  const { port } = server.address() as AddressInfo
  const named = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  const ownUrl = `http://${named.includes(':') ? `[${named}]` : named}:${port}`
  const url = options.publicUrl ?? ownUrl
  const publicHost = new URL(url).hostname

  let hermod: Hermod
  try {
    hermod = new Hermod(`${url}/hermod/rest/ms`, openStateFile(join(folder, 'state.json')), callbacks)
  } catch (error) {
    server.close()
    throw error
  }

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      stopped.signal.addEventListener('abort', () => {
        clearTimeout(timer)
        resolve()
      })
    })

  /** A built-in phone, over HTTP like any other, that is faster than the reply. */
  async function answerAtOnce({ commandId, destinations }: CommandReply): Promise<void> {
    const device = { operatingsystem: 'Simulator (1.0)', name: 'Hasty phone', model: 'Built in' }
    const offer = await openOffer(destinations[0]?.uri ?? '')
    const { profile, post } = await prepareAnswer(offer, { device, extractable: false, fault: null })
    await post()
    await hermod.callbackOf(commandId)
    awaitDelivery(profile, { timeoutMs: 60_000, signal: stopped.signal })
      .then(({ confirm }) => confirm(0))
      .catch((error: unknown) => log(`the built-in phone got no certificate: ${error instanceof Error ? error.message : error}`))
  }
  const { clientId, apiKey } = options
  const routes: CommandRoutes = { hermod, faults, clientId, apiKey, answerAtOnce, pause }

  async function serveSwitches(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reply = (value: object) => sendJson(response, 200, { simulator: true, ...value })
    const call = `${request.method} ${path}`
    if (call === 'GET /simulator/health') return reply({ ok: true })
    if (call === 'GET /simulator/app') return reply({ attestation })
    if (call === 'GET /simulator/commands') return reply({ commands: hermod.listCommands().slice(0, 200) })
    if (call === 'GET /simulator/faults') return reply({ ...faults, faults: SERVER_FAULTS })
    if (call === 'PUT /simulator/faults') {
      const parsed = faultSchema.safeParse(await readJson(request))
      if (!parsed.success)
        throw new HttpError(400, 'bad_request', `fault: one of ${Object.keys(SERVER_FAULTS).join(', ')}, or null.`)
      faults.fault = parsed.data.fault as ServerFault | null
      faults.ms = parsed.data.ms ?? 8_000
      return reply({ ...faults })
    }
    throw new HttpError(404, 'not_found', 'There is nothing here.')
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    checkHost(request, publicHost)
    const target = new URL(request.url ?? '/', url)
    const command = /^\/hermod\/rest\/command\/([^/]+)$/.exec(target.pathname)?.[1]
    if (command) return takeCommand(routes, command, request, response)
    if (allowOrigin(request, response, origins)) return
    if (target.pathname.startsWith('/hermod/rest/ms')) return serveDevice(hermod, target, request, response)
    return serveSwitches(target.pathname, request, response)
  }

  server.on('request', (request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (response.headersSent || response.destroyed) return response.destroy()
      if (error instanceof DeviceError) return sendJson(response, refusalStatus(error), { simulator: true, code: error.code })
      if (error instanceof HttpError)
        return sendJson(response, error.status, { simulator: true, code: error.code, error: error.message })
      log(`unexpected: ${error instanceof Error ? error.stack : String(error)}`)
      return sendJson(response, 500, { simulator: true, code: 'unexpected' })
    })
  })

  return {
    url,
    async stop() {
      stopped.abort()
      callbacks.stop()
      hermod.stop()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}
