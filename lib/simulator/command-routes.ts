/**
 * POST /hermod/rest/command/<kind>: the portal's side, as documented (protocol note sections 2–4), and what it does when it is told to
 * be faulty. Error answers are undocumented; the statuses are those of any web server, and the bodies say what was wrong for the one
 * who develops against this.
 */
import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { COMMAND_KINDS, type CommandKind, readEnvelope } from './envelopes.ts'
import type { FaultSwitch } from './faults.ts'
import type { CommandReply, Hermod } from './hermod.ts'
import { HttpError, readJson, sendJson } from './http.ts'

export interface CommandRoutes {
  hermod: Hermod
  faults: FaultSwitch
  clientId: string
  apiKey: string
  /** Answers an offer as a phone would; resolves when the callback has been sent. For `callback-before-reply`. */
  answerAtOnce: (reply: CommandReply) => Promise<void>
  /** Resolves after the time or when the simulator stops. */
  pause: (ms: number) => Promise<void>
}

const isKind = (name: string): name is CommandKind => (COMMAND_KINDS as readonly string[]).includes(name)

const PAGE =
  '<!doctype html><html><head><title>Bad gateway</title></head><body><h1>The service is not available</h1></body></html>'

/** Whether the fault has answered already. */
function answerFaulty({ fault }: FaultSwitch, request: IncomingMessage, response: ServerResponse): boolean {
  switch (fault) {
    case 'down':
      request.socket.resetAndDestroy()
      return true
    case '401':
    case '403':
    case '500':
      sendJson(response, Number(fault), { error: 'fault switched on' })
      return true
    case 'garbage':
      response.writeHead(200, { 'content-type': 'application/json' }).end('\u0000\u0001{"commandId":')
      return true
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE)
      return true
    case 'redirect':
      response.writeHead(302, { location: 'http://127.0.0.1:9/elsewhere' }).end()
      return true
    default:
      return false
  }
}

/** @throws HttpError */
export async function takeCommand(
  routes: CommandRoutes,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { hermod, faults } = routes
  if (answerFaulty(faults, request, response)) return
  if (!isKind(name)) throw new HttpError(404, 'not_found', 'There is no such command.')
  if (request.method !== 'POST') throw new HttpError(405, 'method', 'Commands are given by POST.')
  checkApiKey(routes, request)
  const envelope = readEnvelope(name, await readJson(request))
  if (typeof envelope === 'string') throw new HttpError(400, 'bad_command', envelope)
  const reply = hermod.submit(name, envelope)
  if (!reply) throw new HttpError(404, 'unknown_destination', 'No mailbox has that address.')
  switch (faults.fault) {
    case 'slow':
      await routes.pause(faults.ms)
      break
    case 'no-reply':
      request.socket.resetAndDestroy()
      return
    case 'no-command-id':
      return sendJson(response, 200, { ...reply, commandId: undefined })
    case 'callback-before-reply':
      if (name === 'provision') await routes.answerAtOnce(reply)
      break
    default:
  }
  sendJson(response, 200, reply)
}

function checkApiKey({ clientId, apiKey }: CommandRoutes, request: IncomingMessage): void {
  const expected = Buffer.from(Buffer.from(`${clientId}:${apiKey}`).toString('base64'))
  const got = Buffer.from(String(request.headers['x-api-key'] ?? ''))
  if (got.length !== expected.length || !timingSafeEqual(got, expected))
    throw new HttpError(401, 'api_key', 'X-Api-Key must be the base64 of "<client id>:<key>" of a known client.')
}
