/**
 * A cursor over a list that is read by page number: what it means is nobody's business but ours, so that it can become a real one.
 */
import { RequestError } from '#lib/core/errors.ts'
import { apiMessages } from '#lib/messages/api.ts'

const PREFIX = 'page:'

/** The page a cursor stands for; without one the first. @throws RequestError invalid_input */
export function pageOfCursor(cursor: string | undefined): number {
  if (cursor === undefined) return 1
  const match = /^page:([1-9]\d{0,4})$/.exec(Buffer.from(cursor, 'base64url').toString())
  if (!match) throw new RequestError('invalid_input', apiMessages.badCursor, { fields: { cursor: apiMessages.badCursor } })
  return Number(match[1])
}

/** The cursor of the page after, or null if there is none. */
export const cursorAfter = (page: number, limit: number, total: number): string | null =>
  page * limit < total ? Buffer.from(`${PREFIX}${page + 1}`).toString('base64url') : null
