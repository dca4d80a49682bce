/**
 * A subject as people read it (RFC 4514 for the one-line form). The octets stay what counts: they are copied into the new request
 * untouched, because a name written again from its text has other string types and is another name.
 */
import { readUtf8, toHex } from './bytes.ts'
import { readChildren, readOid, readWhole } from './der.ts'

export interface NameAttribute {
  /** Short name ("CN"), or the OID where there is none. */
  type: string
  value: string
}

/** RFC 4519 names, and those that mobile profiles use besides. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'street',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.42': 'GN',
  '2.5.4.97': 'organizationIdentifier',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
}

const UTF8_STRING = 0x0c
const SINGLE_OCTET_STRINGS = new Set([0x12, 0x13, 0x14, 0x16, 0x1a])
const BMP_STRING = 0x1e

function readText(tag: number, value: Uint8Array): string {
  if (tag === UTF8_STRING) return readUtf8(value)
  if (SINGLE_OCTET_STRINGS.has(tag)) return String.fromCharCode(...value)
  if (tag === BMP_STRING) {
    let text = ''
    for (let at = 0; at + 1 < value.length; at += 2) text += String.fromCharCode((value[at] ?? 0) * 256 + (value[at + 1] ?? 0))
    return text
  }
  return `#${toHex(value)}`
}

/** Attributes in the order of the encoding. @throws Error if the octets are not a Name */
export function readName(name: Uint8Array): NameAttribute[] {
  return readChildren(readWhole(name).value).flatMap((set) =>
    readChildren(set.value).map((attribute) => {
      const [type, value] = readChildren(attribute.value)
      if (!type || !value) throw new Error('The subject is not a name.')
      const oid = readOid(type.value)
      return { type: SHORT_NAMES[oid] ?? oid, value: readText(value.tag, value.value) }
    }),
  )
}

const escaped = (value: string): string =>
  value
    .replace(/[\\",+<>;]/g, (character) => `\\${character}`)
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, '\\ ')

/** "emailAddress=…,CN=…,O=…": the last attribute first, as RFC 4514 section 2.1 has it. */
export const nameToText = (attributes: readonly NameAttribute[]): string =>
  attributes
    .toReversed()
    .map(({ type, value }) => `${type}=${escaped(value)}`)
    .join(', ')
