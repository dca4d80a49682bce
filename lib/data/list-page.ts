/**
 * What every list does alike: at most so many rows, a total that is true up to 10 000, and two ways to go on. Pages of the desk have a
 * number (1 to 200, so that a page can be linked to); REST callers follow a cursor, which costs the same on the last page as on the first.
 *
 * A cursor is the sort key of the last row. It says nothing that its holder may not see, and one that was made up only starts the list
 * elsewhere: who may read the list was asked before.
 */
import { z } from 'zod'
import { RequestError } from '#lib/core/errors.ts'
import type { Page } from '#lib/core/views.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'

export const PAGE_SIZE = 50
/** Counting stops here: nobody pages further, and a true count of millions costs more than the page. */
export const TOTAL_CAP = 10_000
const MAX_LIMIT = 200

export interface PageQuery {
  /** 1 to 200; 50 by default. */
  limit?: number | undefined
  /** From 1. */
  page?: number | undefined
  /** nextCursor of the page before; `page` is not looked at then. */
  cursor?: string | undefined
}

export interface Window {
  limit: number
  offset: number
}

export function windowOf({ limit = PAGE_SIZE, page = 1, cursor }: PageQuery): Window {
  const size = Math.min(Math.max(Math.trunc(limit) || 1, 1), MAX_LIMIT)
  if (cursor) return { limit: size, offset: 0 }
  const last = Math.ceil(TOTAL_CAP / size)
  return { limit: size, offset: (Math.min(Math.max(Math.trunc(page) || 1, 1), last) - 1) * size }
}

const cursorSchema = z.tuple([z.string().max(20), z.string().max(1000), z.string().max(64)])

/** @param id makes equal keys differ */
export const makeCursor = (sort: string, key: string, id: string): string =>
  Buffer.from(JSON.stringify([sort, key, id])).toString('base64url')

/** @throws RequestError invalid_input for a cursor that is none, or belongs to the list sorted otherwise */
export function readCursor(cursor: string, sort: string): { key: string; id: string } {
  const parsed = cursorSchema.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString()))
  if (!parsed.success || parsed.data[0] !== sort)
    throw new RequestError('invalid_input', 'This cursor does not belong to this list.', {
      fields: { cursor: 'Use nextCursor of the page before, with the same search and sort.' },
    })
  return { key: parsed.data[1], id: parsed.data[2] }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** A time in a cursor, checked. */
export function cursorTime(key: string): Date {
  const time = new Date(key)
  if (Number.isNaN(time.getTime())) throw new RequestError('invalid_input', 'This cursor does not belong to this list.')
  return time
}

/**
 * Makes the page of what was read, one row more than the limit: whether there is more is known from that. Counts only when it must.
 * @param count the total, counted to the cap and one more
 * @param cursorOf the cursor that stands for a row
 */
export async function toPage<R, T>(
  rows: readonly R[],
  { limit, offset }: Window,
  query: PageQuery,
  count: () => Promise<number>,
  toItem: (row: R) => T,
  cursorOf: (row: R) => string,
): Promise<Page<T>> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const more = rows.length > limit
  const known = !more && !query.cursor && (shown.length > 0 || offset === 0)
  const total = known ? offset + shown.length : await count()
  return {
    items: shown.map(toItem),
    total: Math.min(total, TOTAL_CAP),
    totalCapped: total > TOTAL_CAP,
    nextCursor: more && last ? cursorOf(last) : null,
  }
}

/** `SELECT count(*)` that stops one after the cap. */
export const cappedCount = (from: Prisma.Sql, where: Prisma.Sql, cap = TOTAL_CAP): Prisma.Sql =>
  Prisma.sql`SELECT count(*)::int AS n FROM (SELECT 1 FROM ${from} WHERE ${where} LIMIT ${cap + 1}::int) AS counted`
