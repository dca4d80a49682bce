/**
 * Is anything there? A connection, with TLS where the address says so, and no request: nothing is asked of the peer, so nothing can be
 * misunderstood by it.
 */
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

const TIMEOUT_MS = 3_000

/**
 * @param ca PEM of a private TLS issuer, or null for the system's
 * @returns what is wrong, or null if it can be reached. Never rejects.
 */
export function findReachProblem(address: string, ca: string | null): Promise<string | null> {
  const url = new URL(address)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const secure = url.protocol === 'https:'
  const port = Number(url.port) || (secure ? 443 : 80)
  return new Promise((resolve) => {
    const servername = isIP(host) === 0 ? { servername: host } : {}
    const socket: Socket = secure ? connectTls({ host, port, ...servername, ...(ca ? { ca } : {}) }) : connectTcp({ host, port })
    const settle = (problem: string | null): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(problem)
    }
    const timer = setTimeout(() => settle(`no connection within ${TIMEOUT_MS} ms`), TIMEOUT_MS)
    socket.once(secure ? 'secureConnect' : 'connect', () => settle(null))
    socket.on('error', (error) => settle(error.message.slice(0, 200)))
  })
}
