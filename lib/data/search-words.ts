/**
 * What somebody typed, as conditions on a folded text column (lower case, without diacritics).
 *
 * Folding is the database's (certdesk_fold), the same that filled the column: "Sørensen", "sorensen" and "SØRENSEN" find each other, and
 * so they do if the dictionary is changed. Wildcards are escaped after folding, because folding makes "%" of "％".
 * A word of three letters and more is looked for anywhere (trigram index). Shorter ones have no trigram: alone they match the beginning
 * of the text (prefix index); beside a longer word, the beginning of any word.
 */
import { Prisma } from '#lib/generated/prisma/client.ts'

const MAX_TEXT = 200
const MAX_WORDS = 6
const TRIGRAM = 3

export const wordsOf = (q: string): string[] =>
  q
    .slice(0, MAX_TEXT)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: PostgreSQL takes no NUL, and none of the others is ever in a name
    .replace(/[\u0000-\u001f\u007f\ufffd]|\p{Cs}/gu, ' ')
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, MAX_WORDS)

const literal = (word: string): Prisma.Sql =>
  Prisma.sql`regexp_replace(certdesk_fold(${word}::text), '([\\\\%_])', '\\\\\\1', 'g')`

/** Every word is in the text; null when nothing was typed. */
export function matchWords(text: Prisma.Sql, q: string): Prisma.Sql | null {
  const words = wordsOf(q)
  if (words.length === 0) return null
  const anyLong = words.some((word) => word.length >= TRIGRAM)
  const conditions = words.map((word) => {
    if (word.length >= TRIGRAM) return Prisma.sql`${text} LIKE '%' || ${literal(word)} || '%'`
    if (anyLong) return Prisma.sql`(${text} LIKE ${literal(word)} || '%' OR ${text} LIKE '% ' || ${literal(word)} || '%')`
    return Prisma.sql`${text} LIKE ${literal(word)} || '%'`
  })
  return Prisma.join(conditions, ' AND ')
}

/** Serial numbers as people paste them: "0x1F:2a …" → "1f2a…"; null if it cannot be (the beginning of) one. */
export function serialPrefix(q: string): string | null {
  const hex = q
    .trim()
    .toLowerCase()
    .replace(/^(serial( number)?[: ]*)?(0x)?/, '')
    .replace(/[\s:-]/g, '')
    .replace(/^0+/, '')
  return /^[0-9a-f]{4,40}$/.test(hex) ? hex : null
}
