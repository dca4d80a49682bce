/**
 * A messaging server of a test's own: a real HTTP server that takes commands as Hermod does and keeps them, with a switch for odd replies.
 * It delivers nothing to anybody; the test answers in the phone's place.
 */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ReceivedCommand {
  kind: 'provision' | 'certificate'
  // The command as parsed JSON: read by tests only.
  body: {
    commandHeader: { externalId: string; to?: string[]; timeout: number; lifespan: number }
    provCommand: { nonce: string; userid: string }
    certCommand: { profileid: string; certificates: { keyid: string; data: string }[] }
  }
  apiKey: string | undefined
  commandId: string
  destination: { to: string; bid: string; uri: string; mid: string; location: string; pid?: string }
}

export type OddReply = (request: IncomingMessage, response: ServerResponse, command: ReceivedCommand) => void

export interface HermodStub {
  url: string
  commands: ReceivedCommand[]
  /** How the next commands are answered, first to last; when it is empty, as they should be. */
  odd: OddReply[]
  answer(command: ReceivedCommand, response: ServerResponse): void
  stop(): Promise<void>
}

export async function startHermodStub(): Promise<HermodStub> {
  const commands: ReceivedCommand[] = []
  const odd: OddReply[] = []
  const answer = (command: ReceivedCommand, response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const commandType = command.kind === 'provision' ? 'PROV' : 'CERT'
    const { commandId, destination } = command
    response.end(JSON.stringify({ commandId, destinations: [destination], commandType, state: 'IN_PROGRESS', fqdn: '127.0.0.1' }))
  }
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const base = `http://${request.headers.host}/hermod`
    const kind = request.url?.endsWith('/certificate') ? 'certificate' : 'provision'
    const [bid, mid] = [randomUUID(), randomUUID()]
    const body = JSON.parse(text) as ReceivedCommand['body']
    const command: ReceivedCommand = {
      kind,
      body,
      apiKey: request.headers['x-api-key']?.toString(),
      commandId: String(9000 + commands.length),
      destination: {
        to: kind === 'provision' ? '@tmp' : bid,
        bid,
        uri: `com.nexusgroup.plugout:///?url=${encodeURIComponent(`${base}/rest/ms/${bid}`)}&token=${randomUUID()}`,
        mid,
        location: `${base}/rest/ms/${bid}/${mid}`,
        ...(kind === 'certificate' ? { pid: body.certCommand.profileid } : {}),
      },
    }
    commands.push(command)
    const reply = odd.shift()
    if (reply) reply(request, response, command)
    else answer(command, response)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hermod`,
    commands,
    odd,
    answer,
    stop: () =>
      new Promise((done) => {
        server.closeAllConnections()
        server.close(() => done())
      }),
  }
}

/** The newest command of that kind for the user, if there is one. */
export const findCommand = (
  { commands }: Pick<HermodStub, 'commands'>,
  userid: string,
  kind: ReceivedCommand['kind'],
): ReceivedCommand | undefined => {
  const to = ({ body }: ReceivedCommand) =>
    kind === 'provision' ? body.provCommand.userid : body.commandHeader.to?.[0]?.slice(1)
  return commands.findLast((one) => one.kind === kind && to(one) === userid)
}

/** The body of a callback about a command. */
export const envelopeOf = (command: ReceivedCommand, response: object, over: object = {}): string =>
  JSON.stringify({
    responseHeader: { inReplyTo: command.destination.location, status: 200 },
    ...response,
    commandId: command.commandId,
    externalId: command.body.commandHeader.externalId,
    destinations: [command.destination],
    commandType: command.kind === 'provision' ? 'PROV' : 'CERT',
    state: 'COMPLETED',
    fqdn: '127.0.0.1',
    ...over,
  })
