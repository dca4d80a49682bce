/** HTTP as no client library would send it: octets written to a socket, and what came back until the server closed it. */
import { connect, type Socket } from 'node:net'

export interface RawExchange {
  /** Status of each response, in their order. */
  statuses: number[]
  text: string
  /** From the first octet sent to the end of the connection. */
  tookMs: number
}

/** @param send writes to the connected socket; a piece of text or octets is written as it is */
export function exchange(url: string, send: string | Uint8Array | ((socket: Socket) => void)): Promise<RawExchange> {
  const { hostname, port } = new URL(url)
  const since = performance.now()
  return new Promise((done) => {
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
    const pieces: Buffer[] = []
    // Whoever is refused in the middle of what they send may be told so by a reset.
    socket.on('error', () => undefined)
    socket.on('data', (piece) => pieces.push(piece))
    socket.on('end', () => socket.end())
    socket.on('close', () => {
      const text = Buffer.concat(pieces).toString('latin1')
      const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status))
      done({ statuses, text, tookMs: performance.now() - since })
    })
    socket.on('connect', () => (typeof send === 'function' ? send(socket) : socket.write(send)))
  })
}

/** A request's head, each line ended as HTTP asks. */
export const head = (line: string, ...headers: string[]): string => `${[line, ...headers].join('\r\n')}\r\n\r\n`
