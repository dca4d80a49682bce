/** Does our strict reading of a JSON text say what JSON.parse says? Numbers that we keep as written count by their value. */
import { isJsonObject, type JsonValue, OddNumber } from '#lib/core/jws/json.ts'

export function isSameJson(ours: JsonValue, theirs: unknown): boolean {
  if (ours instanceof OddNumber) return Object.is(Number(ours.source), theirs)
  if (Array.isArray(ours))
    return Array.isArray(theirs) && ours.length === theirs.length && ours.every((item, i) => isSameJson(item, theirs[i]))
  if (!isJsonObject(ours)) return Object.is(ours, theirs)
  if (typeof theirs !== 'object' || theirs === null || Array.isArray(theirs)) return false
  const names = Object.keys(ours)
  return (
    names.length === Object.keys(theirs).length &&
    names.every(
      (name) => Object.hasOwn(theirs, name) && isSameJson(ours[name] as JsonValue, (theirs as Record<string, unknown>)[name]),
    )
  )
}

/** As JSON.parse and a UTF-8 decoder that forgives nothing read it; throws where they do. */
export const looseJson = (bytes: Uint8Array): unknown =>
  JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
