/**
 * Certificate revocation lists, version 2, full (RFC 5280 §5): what our own CA publishes.
 *
 * `encodeEntries` is apart from the rest, because "does the published list still say what the database says?" is answered by comparing
 * exactly these bytes (lib/workflows/publish-crl.ts).
 */
import {
  type Bytes,
  context,
  contextTag,
  DerError,
  type DerLimits,
  type DerNode,
  enumerated,
  expectTag,
  integer,
  octetString,
  oid,
  readBitOctets,
  readDer,
  readOid,
  readSequence,
  readSmallInteger,
  readTime,
  readUnsignedBytes,
  rfc5280Time,
  seq,
  TAG,
  unsignedInteger,
} from '../asn1/der.ts'
import { OID } from '../asn1/oids.ts'
import { sameBytes } from './certificate.ts'
import { CRL_REASONS, type CrlReason } from './crl-reasons.ts'
import { type Extension, readExtensionList, readExtensions } from './extension-list.ts'
import { authorityKeyIdentifier, crlNumber } from './extensions.ts'
import { readName } from './name.ts'
import { SHA256_WITH_RSA, serialFromHex, serialToHex } from './tbs.ts'

export interface RevokedCertificate {
  /** Lower-case hex. */
  serialNumber: string
  revokedAt: Date
  reason: CrlReason
}

/** §5.1.2.1 Version: v2 is 1. */
const VERSION_2 = integer(1)

/** §5.3.1: the code `unspecified` SHOULD be left out. */
const REASON_EXTENSIONS = new Map(
  Object.entries(CRL_REASONS).map(([name, value]) => [
    name,
    value === 0 ? [] : [seq(seq(oid(OID['id-ce-cRLReasons']), octetString(enumerated(value))))],
  ]),
)

/** §5.1.2.6 revokedCertificates, or nothing at all where nobody is revoked (the list MUST then be absent). In the order given. */
export function encodeEntries(revoked: readonly RevokedCertificate[]): Buffer<ArrayBuffer> {
  if (revoked.length === 0) return Buffer.alloc(0) as Buffer<ArrayBuffer>
  const entries = revoked.map(({ serialNumber, revokedAt, reason }) =>
    seq(unsignedInteger(serialFromHex(serialNumber)), rfc5280Time(revokedAt), ...(REASON_EXTENSIONS.get(reason) ?? [])),
  )
  return seq(...entries)
}

export interface CrlFields {
  /** Raw Name of the signing certificate. */
  issuer: Uint8Array
  /** Its key identifier. */
  keyIdentifier: Uint8Array
  number: number
  thisUpdate: Date
  nextUpdate: Date
  /** From `encodeEntries`. */
  entries: Uint8Array
}

/** TBSCertList (§5.1.2), signed with sha256WithRSAEncryption. */
export const encodeTbsCertList = (fields: CrlFields): Buffer<ArrayBuffer> =>
  seq(
    VERSION_2,
    SHA256_WITH_RSA,
    fields.issuer,
    rfc5280Time(fields.thisUpdate),
    rfc5280Time(fields.nextUpdate),
    fields.entries,
    context(0, seq(authorityKeyIdentifier(fields.keyIdentifier), crlNumber(fields.number))),
  )

export interface Crl {
  tbs: Bytes
  signatureAlgorithm: string
  signature: Bytes
  issuer: Bytes
  thisUpdate: Date
  nextUpdate: Date
  number: number | null
  /** §5.2.5: its issuing distribution point leaves out certificates of people or reasons, or takes in other issuers'. */
  partial: boolean
  /** revokedCertificates as it stands there; empty where it is absent. */
  entries: Bytes
  revoked: ReadonlyMap<string, { revokedAt: Date; reason: CrlReason }>
}

/** A list of 100 000 revoked certificates has some 4 MB and 900 000 values. */
const CRL_LIMITS: DerLimits = { maxBytes: 16 << 20, maxNodes: 3_000_000, maxDepth: 12, legacyStrings: true }
const REASON_NAMES = new Map(Object.entries(CRL_REASONS).map(([name, value]) => [value as number, name as CrlReason]))

/** @throws DerError */
export function parseCrl(der: Bytes): Crl {
  const [tbsNode, algorithm, signature] = readSequence(readDer(der, CRL_LIMITS), 'CertificateList', 3, 3)
  const fields = [...readSequence(tbsNode, 'TBSCertList', 5, 7)]
  const take = () => fields.shift()
  if (readSmallInteger(take(), 'version') !== 1) throw new DerError('der', 'not a version 2 CRL')
  // §5.1.1.2: MUST contain the same algorithm identifier as the signature field.
  const inner = take()
  readSequence(inner, 'signature', 1, 2)
  if (inner === undefined || algorithm === undefined || !sameBytes(inner.bytes, algorithm.bytes))
    throw new DerError('der', 'the two signature algorithms differ')
  const issuer = take()
  readName(issuer, 'issuer')
  const thisUpdate = readTime(take(), 'thisUpdate')
  // §5.1.2.5: MUST be there, though the syntax calls it optional. Other readers see an empty list where it is missing.
  const nextUpdate = readTime(take(), 'nextUpdate')
  const entries = fields[0]?.tag === TAG.sequence ? take() : undefined
  const extensions = take()
  if (fields.length > 0 || (extensions !== undefined && extensions.tag !== contextTag(0)))
    throw new DerError('der', 'unexpected field in TBSCertList')
  const known = extensions === undefined ? undefined : readExtensionList(extensions, 16)
  return {
    tbs: (tbsNode as DerNode).bytes,
    signatureAlgorithm: readOid(readSequence(algorithm, 'signatureAlgorithm', 1, 2)[0], 'signatureAlgorithm'),
    signature: readBitOctets(signature, 'signatureValue'),
    issuer: (issuer as DerNode).bytes,
    thisUpdate,
    nextUpdate,
    number: known === undefined ? null : readCrlNumber(known),
    partial: isPartial(known?.get(OID['id-ce-issuingDistributionPoint'])),
    entries: entries?.bytes ?? new Uint8Array(),
    revoked: entries === undefined ? new Map() : readEntries(entries),
  }
}

/** §5.1.2.6: absent rather than empty; a serial number standing twice would be revoked for two reasons. */
function readEntries(node: DerNode): Crl['revoked'] {
  const revoked = new Map<string, { revokedAt: Date; reason: CrlReason }>()
  for (const entry of readSequence(node, 'revokedCertificates', 1)) {
    const [serial, time, extensions] = readSequence(entry, 'revokedCertificate', 2, 3)
    const serialNumber = serialToHex(readUnsignedBytes(serial, 'userCertificate'))
    if (revoked.has(serialNumber)) throw new DerError('der', `serial number ${serialNumber} stands twice`)
    const reason = extensions === undefined ? 'unspecified' : readReason(readExtensions(extensions, 16))
    revoked.set(serialNumber, { revokedAt: readTime(time, 'revocationDate'), reason })
  }
  return revoked
}

/** §5.3: an entry with a critical extension (certificateIssuer) speaks of another issuer's certificate. */
function readReason(extensions: ReadonlyMap<string, Extension>): CrlReason {
  if ([...extensions.values()].some(({ critical }) => critical)) throw new DerError('der', 'critical extension of an entry')
  const extension = extensions.get(OID['id-ce-cRLReasons'])
  if (extension === undefined) return 'unspecified'
  const code = expectTag(readDer(extension.value), TAG.enumerated, 'CRLReason').value
  const reason = code.length === 1 ? REASON_NAMES.get(code[0] as number) : undefined
  if (reason === undefined) throw new DerError('der', 'a reason that is not defined')
  return reason
}

/** §5.2: what is critical and unknown here (deltaCRLIndicator) changes what the list means. */
function readCrlNumber(extensions: ReadonlyMap<string, Extension>): number | null {
  const strange = [...extensions].find(([id, { critical }]) => critical && id !== OID['id-ce-issuingDistributionPoint'])
  if (strange !== undefined) throw new DerError('der', `unknown critical extension ${strange[0]}`)
  const extension = extensions.get(OID['id-ce-cRLNumber'])
  return extension === undefined ? null : readSmallInteger(readDer(extension.value), 'cRLNumber')
}

/** distributionPoint [0] and onlyContainsUserCerts [1] leave nothing out that is looked for here; every other field does. */
const isPartial = (extension: Extension | undefined): boolean =>
  extension !== undefined &&
  readSequence(readDer(extension.value), 'issuingDistributionPoint', 0, 6).some(
    ({ tag }) => tag !== contextTag(0) && tag !== contextTag(1, false),
  )
