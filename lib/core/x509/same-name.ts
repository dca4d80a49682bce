/**
 * Whether two names say the same though their bytes differ. RFC 5280 §7.1 lets a CA write a subject anew in other string types; some do (Go's
 * programs, EJBCA, AD CS), and no certificate of theirs would pass where bytes are compared.
 *
 * Narrower than §7.1: the same RDNs in the same order, the same attribute types, the same text character for character. Nothing is folded: not
 * case, not spaces, not Unicode's forms. What is looked up by a name must be found by it.
 */
import { type Bytes, DerError, type DerNode, readDer, readText, TAG } from '../asn1/der.ts'
import { readName } from './name.ts'

/** What a CA's certificate may do with the subject that was asked for. */
export const SUBJECT_MATCHES = ['exact', 'equivalent'] as const
export type SubjectMatch = (typeof SUBJECT_MATCHES)[number]

const isAscii = (bytes: Bytes): boolean => bytes.every((octet) => octet < 0x80)

/** The text's UTF-8 octets, in hex; null for what has no certain text. T61String is such: makers disagree about its characters. */
const UTF8_OF: Record<number, (node: DerNode) => Uint8Array | null> = {
  [TAG.utf8String]: ({ value }) => value,
  [TAG.printableString]: ({ value }) => (isAscii(value) ? value : null),
  [TAG.ia5String]: ({ value }) => (isAscii(value) ? value : null),
  [TAG.bmpString]: (node) => {
    const text = readText(node)
    return text?.isWellFormed() ? Buffer.from(text, 'utf8') : null
  },
}

/** One attribute as a line: its type, and its text or, where that is uncertain, its bytes. */
function lineOf({ oid, value }: { oid: string; value: DerNode }): string {
  const utf8 = UTF8_OF[value.tag]?.(value) ?? null
  return utf8 === null ? `${oid} der ${hex(value.bytes)}` : `${oid} text ${hex(utf8)}`
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** RDNs as lines. Within one of several attributes DER sorts by coding, which another string type changes: sorted by line here. */
const linesOf = (name: Bytes): string[] =>
  readName(readDer(name), 'name').map((rdn) =>
    rdn
      .map(lineOf)
      .sort((a, b) => (a < b ? -1 : 1))
      .join(' + '),
  )

/** False for bytes that are no name. */
export function saysTheSame(one: Bytes, other: Bytes): boolean {
  try {
    const [a, b] = [linesOf(one), linesOf(other)]
    return a.length === b.length && a.every((line, at) => line === b[at])
  } catch (error) {
    if (error instanceof DerError) return false
    throw error
  }
}
