/**
 * Structured logs: one JSON object a line on standard output. Secrets are taken out twice: by key name wherever an object is logged, and
 * by pattern in the finished line, so that an offer URI or a password inside some library's error text does not get through either.
 */
import pino, { type Logger } from 'pino'
import { logLevel } from '#lib/env.ts'

export type { Logger }

/** Keys whose values never belong in a log, at the top and one or two levels down. */
const SECRET_KEYS = [
  'password', 'passphrase', 'secret', 'token', 'apiKey', 'authorization', 'cookie', 'set-cookie', 'x-api-key', 'nonce', 'offerUri', 'offer_uri',
  'requestBody', 'request_body', 'connectionString', 'sealed',
] // biome-ignore format: a list

const SECRET_TEXTS: readonly [RegExp, string][] = [
  [/com\.nexusgroup\.plugout[^"\s\\]*/gi, '[offer]'],
  [/(postgres(?:ql)?:\/\/)[^@"\s\\]+@/gi, '$1[secret]@'],
  [/\b(Bearer|Basic) [A-Za-z0-9+/=._~-]{8,}/g, '$1 [secret]'],
  [/\/enroll\/[A-Za-z0-9_-]{16,}/g, '/enroll/[secret]'],
]

/** Takes out of a finished line what no key name gave away. */
export const scrub = (line: string): string => SECRET_TEXTS.reduce((text, [pattern, by]) => text.replace(pattern, by), line)

let root: Logger | undefined

function makeRoot(): Logger {
  return pino({
    level: logLevel(),
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: SECRET_KEYS.flatMap((key) => [`["${key}"]`, `*["${key}"]`, `*.*["${key}"]`]), censor: '[secret]' },
    hooks: { streamWrite: scrub },
  })
}

/** A logger that says which part speaks: `const log = logger('jobs')`; call it inside functions or lazily, never with secrets. */
export function logger(part: string): Logger {
  root ??= makeRoot()
  return root.child({ part })
}
