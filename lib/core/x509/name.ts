/**
 * Names (RFC 5280 4.1.2.4, X.520): writing a subject from a list of attributes, and showing a name to people.
 *
 * A name is written once, from the profile's template. From then on its bytes are what is compared and copied into the certificate;
 * a name is never rebuilt from its text, because PrintableString, UTF8String and IA5String of one text are different names.
 * formatName is for eyes and search only.
 */
import {
  type Bytes,
  type DerNode,
  ia5String,
  isPrintableText,
  oid,
  printableString,
  readDer,
  readOid,
  readSequence,
  readSet,
  readText,
  seq,
  setOf,
  utf8String,
} from '../asn1/der.ts'
import { OID } from '../asn1/oids.ts'

type StringType = 'printable' | 'utf8' | 'ia5'

/** Attribute types a subject may be made of: string type and bounds of RFC 5280 appendix A.1 (UID: RFC 4519). */
export const NAME_ATTRIBUTES = {
  C: { oid: OID['id-at-countryName'], string: 'printable', min: 2, max: 2 },
  ST: { oid: OID['id-at-stateOrProvinceName'], string: 'utf8', min: 1, max: 128 },
  L: { oid: OID['id-at-localityName'], string: 'utf8', min: 1, max: 128 },
  O: { oid: OID['id-at-organizationName'], string: 'utf8', min: 1, max: 64 },
  OU: { oid: OID['id-at-organizationalUnitName'], string: 'utf8', min: 1, max: 64 },
  CN: { oid: OID['id-at-commonName'], string: 'utf8', min: 1, max: 64 },
  SN: { oid: OID['id-at-surname'], string: 'utf8', min: 1, max: 64 },
  GN: { oid: OID['id-at-givenName'], string: 'utf8', min: 1, max: 64 },
  serialNumber: { oid: OID['id-at-serialNumber'], string: 'printable', min: 1, max: 64 },
  UID: { oid: OID.uid, string: 'utf8', min: 1, max: 256 },
  DC: { oid: OID['id-domainComponent'], string: 'ia5', min: 1, max: 63 },
  emailAddress: { oid: OID.emailAddress, string: 'ia5', min: 1, max: 255 },
} as const satisfies Record<string, { oid: string; string: StringType; min: number; max: number }>
export type NameAttributeType = keyof typeof NAME_ATTRIBUTES

export interface NameAttribute {
  type: NameAttributeType
  value: string
}

/** Why a value cannot stand in a name. */
export type NameProblem = 'too_short' | 'too_long' | 'not_encodable'

/** Control characters, bidirectional overrides, line separators, noncharacters and lone surrogates have no place in a name. */
const UNFIT = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u

/** Null if `value` can be written as this attribute. Lengths count characters, not code units. */
export function findNameProblem({ type, value }: NameAttribute): NameProblem | null {
  const rule = NAME_ATTRIBUTES[type]
  const length = [...value].length
  if (length < rule.min) return 'too_short'
  if (length > rule.max) return 'too_long'
  if (UNFIT.test(value)) return 'not_encodable'
  if (rule.string === 'printable' && !isPrintableText(value)) return 'not_encodable'
  if (rule.string === 'ia5' && !/^[\x20-\x7e]*$/.test(value)) return 'not_encodable'
  return null
}

const WRITERS: Record<StringType, (text: string) => Buffer<ArrayBuffer>> = {
  printable: printableString,
  utf8: utf8String,
  ia5: ia5String,
}

/** RDNSequence with one attribute per RDN, in the order given. Throws RangeError for a value that findNameProblem objects to. */
export function encodeName(attributes: readonly NameAttribute[]): Buffer<ArrayBuffer> {
  return seq(
    ...attributes.map((attribute) => {
      const problem = findNameProblem(attribute)
      if (problem !== null) throw new RangeError(`${attribute.type}: ${problem}`)
      const rule = NAME_ATTRIBUTES[attribute.type]
      return setOf(seq(oid(rule.oid), WRITERS[rule.string](attribute.value)))
    }),
  )
}

/** Names for showing: the templates' own, and what else is met in certificates of others. */
const SHORT_NAMES = new Map<string, string>([
  ...Object.entries(NAME_ATTRIBUTES).map(([name, rule]): [string, string] => [rule.oid, name]),
  [OID['id-at-streetAddress'], 'STREET'],
  [OID['id-at-title'], 'title'],
  [OID['id-at-initials'], 'initials'],
  [OID['id-at-organizationIdentifier'], 'organizationIdentifier'],
])

/** The relative distinguished names of a name, each a set of attributes. */
export type Rdns = readonly (readonly { oid: string; value: DerNode }[])[]

/** Checks the structure of an RDNSequence; each value must be a string type. Throws DerError. */
export function readName(node: DerNode | undefined, what: string): Rdns {
  return readSequence(node, what).map((rdn) =>
    readSet(rdn, `RDN of ${what}`, 1).map((attribute) => {
      const [type, value] = readSequence(attribute, `attribute of ${what}`, 2, 2)
      return { oid: readOid(type, 'attribute type'), value: value as DerNode }
    }),
  )
}

/**
 * A name as text in the manner of RFC 4514: most specific RDN first, `, ` between, special and invisible characters escaped. An
 * e-mail address standing first is put last, so that the person's name leads. Bytes that are no name give "(unreadable name)".
 */
export function formatName(name: Bytes): string {
  try {
    return formatRdns(readName(readDer(name), 'name'))
  } catch {
    return '(unreadable name)'
  }
}

/** The same for a name already read. */
export function formatRdns(rdns: Rdns): string {
  const ordered = [...rdns].reverse()
  const first = ordered[0]
  if (ordered.length > 1 && first !== undefined && first.length === 1 && first[0]?.oid === OID.emailAddress)
    ordered.push(...ordered.splice(0, 1))
  return ordered.map((rdn) => rdn.map(formatAttribute).join('+')).join(', ')
}

function formatAttribute(attribute: { oid: string; value: DerNode }): string {
  const text = readText(attribute.value)
  const shown = text === null ? `#${Buffer.from(attribute.value.bytes).toString('hex')}` : escapeValue(text)
  return `${SHORT_NAMES.get(attribute.oid) ?? attribute.oid}=${shown}`
}

const PLAIN = /^[A-Za-z0-9@._-](?:[A-Za-z0-9 @._-]*[A-Za-z0-9@._-])?$/
const ALL_UNFIT = new RegExp(UNFIT.source, 'gu')

/** RFC 4514 2.4, and every character that could hide or reorder text as \XX of its UTF-8 octets. */
function escapeValue(text: string): string {
  if (PLAIN.test(text)) return text
  return text
    .replace(/[",+;<>\\]/g, (c) => `\\${c}`)
    .replace(ALL_UNFIT, (c) => Buffer.from(c, 'utf8').toString('hex').replace(/../g, '\\$&'))
    .replace(/^[# ]/, (c) => `\\${c}`)
    .replace(/(?<!\\) $/, '\\ ')
}
