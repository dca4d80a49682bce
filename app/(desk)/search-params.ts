/**
 * Pieces for reading a list's address. People write addresses by hand and keep old ones: what is not understood is as if it were not
 * there, never an error. A name that stands twice counts once; only scalars come out (F-W10).
 */
import { z } from 'zod'

const first = (value: unknown) => (Array.isArray(value) ? value[0] : value)

const MAX_TEXT = 200

/** What is too long is cut, as the search fields do. */
export const textParam = z
  .preprocess(first, z.string())
  .transform((text) => text.slice(0, MAX_TEXT))
  .catch('')
export const pageParam = z.preprocess(first, z.coerce.number().int().min(1).max(200)).catch(1)
export const numberParam = (min: number, max: number) =>
  z.preprocess(first, z.coerce.number().int().min(min).max(max).optional()).catch(undefined)
export const oneOfParam = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.preprocess(first, z.enum(values).optional()).catch(undefined)

export type SearchParams = Promise<Record<string, string | string[] | undefined>>
