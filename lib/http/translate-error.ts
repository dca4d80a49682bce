/**
 * What an error means to whoever asked: one translation for actions and routes. Errors thrown on purpose carry their own code and
 * sentence; a database that cannot be reached is "unavailable"; everything else is logged with an id and shown as that id.
 */
import { randomUUID } from 'node:crypto'
import { ZodError } from 'zod'
import { RequestError } from '#lib/core/errors.ts'
import { logger } from '#lib/log.ts'
import { apiMessages } from '#lib/messages/api.ts'
import type { ProblemCode } from './problem.ts'

export interface TranslatedError {
  code: ProblemCode
  message: string
  fields: Record<string, string>
  /** Set where the error was unexpected: the id it was logged under. */
  errorId?: string
}

/** "attributes.C" → sentence; the first finding about a field wins. "" is the input as a whole. */
export function fieldErrors(error: ZodError): Record<string, string> {
  const fields: [string, string][] = []
  for (const issue of error.issues) {
    const at = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path]
    for (const path of at) fields.push([path.map(String).join('.').slice(0, 100), sentenceOf(issue)])
  }
  return Object.fromEntries(fields.reverse())
}

function sentenceOf(issue: ZodError['issues'][number]): string {
  if (issue.code === 'unrecognized_keys') return apiMessages.unknownMember
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) return apiMessages.missing
  return issue.message
}

/** PostgreSQL is away, full, starting or stopping: SQLSTATE classes 08, 53, 57P and what drivers and Prisma say of the same. */
const AWAY =
  /^(08...|53...|57P0.|25006|P1001|P1002|P1008|P1017|P2024|P2028|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN)$/
const AWAY_TEXT =
  /timeout exceeded when trying to connect|Connection terminated|Can't reach database server|Server has closed the connection|DatabaseNotReachable|ConnectionClosed|SocketTimeout|TooManyConnections/i

export function isDatabaseAway(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > 5) return false
  if ('code' in error && typeof error.code === 'string' && AWAY.test(error.code)) return true
  const meta = 'meta' in error ? JSON.stringify(error.meta ?? {}) : ''
  if (/"(?:originalCode|code)":"(08...|53...|57P0.|25006)"/.test(meta) || AWAY_TEXT.test(meta)) return true
  if (AWAY_TEXT.test(error.message)) return true
  return isDatabaseAway(error.cause, depth + 1)
}

/** @param where e.g. "POST /api/v1/users": for the log. Never with secrets in it. */
export function translateError(error: unknown, where: string): TranslatedError {
  if (error instanceof RequestError) return { code: error.code, message: error.message, fields: error.fields }
  if (error instanceof ZodError) return { code: 'invalid_input', message: apiMessages.badInput, fields: fieldErrors(error) }
  const errorId = randomUUID().slice(0, 8)
  if (isDatabaseAway(error)) {
    logger('http').error({ err: error, where, errorId }, 'the database is away')
    return { code: 'unavailable', message: apiMessages.unavailable, fields: {}, errorId }
  }
  logger('http').error({ err: error, where, errorId }, 'unexpected error')
  return { code: 'unexpected', message: apiMessages.unexpected(errorId), fields: {}, errorId }
}
