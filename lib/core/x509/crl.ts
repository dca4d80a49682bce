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
  enumerated,
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
import { CRL_REASONS, type CrlReason } from './crl-reasons.ts'
import { authorityKeyIdentifier, crlNumber } from './extensions.ts'
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
  nextUpdate: Date | null
  number: number | null
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
  const fields = [...readSequence(tbsNode, 'TBSCertList', 6, 7)]
  const take = () => fields.shift()
  if (readSmallInteger(take(), 'version') !== 1) throw new DerError('der', 'not a version 2 CRL')
  readSequence(take(), 'signature', 1, 2)
  const issuer = take()
  readSequence(issuer, 'issuer')
  const thisUpdate = readTime(take(), 'thisUpdate')
  const isTime = fields[0]?.tag === TAG.utcTime || fields[0]?.tag === TAG.generalizedTime
  const nextUpdate = isTime ? readTime(take(), 'nextUpdate') : null
  const entries = fields[0]?.tag === TAG.sequence ? take() : undefined
  const extensions = take()
  if (extensions !== undefined && extensions.tag !== contextTag(0)) throw new DerError('der', 'unexpected field in TBSCertList')

  const revoked = new Map<string, { revokedAt: Date; reason: CrlReason }>()
  for (const entry of entries?.children ?? []) {
    const [serial, time, entryExtensions] = readSequence(entry, 'revokedCertificate', 2, 3)
    let reason: CrlReason = 'unspecified'
    for (const node of entryExtensions?.children ?? []) {
      const value = extensionValue(node, OID['id-ce-cRLReasons'])
      if (value === null) continue
      const code = readDer(value)
      reason = (code.tag === TAG.enumerated ? REASON_NAMES.get(code.value[0] ?? -1) : undefined) ?? 'unspecified'
    }
    revoked.set(serialToHex(readUnsignedBytes(serial, 'userCertificate')), {
      revokedAt: readTime(time, 'revocationDate'),
      reason,
    })
  }
  let number: number | null = null
  for (const node of extensions?.children[0]?.children ?? []) {
    const value = extensionValue(node, OID['id-ce-cRLNumber'])
    if (value !== null) number = readSmallInteger(readDer(value), 'cRLNumber')
  }
  return {
    tbs: (tbsNode as NonNullable<typeof tbsNode>).bytes,
    signatureAlgorithm: readOid(readSequence(algorithm, 'signatureAlgorithm', 1, 2)[0], 'signatureAlgorithm'),
    signature: readBitOctets(signature, 'signatureValue'),
    issuer: (issuer as NonNullable<typeof issuer>).bytes,
    thisUpdate,
    nextUpdate,
    number,
    entries: entries?.bytes ?? new Uint8Array(),
    revoked,
  }
}

function extensionValue(node: Parameters<typeof readSequence>[0], dottedOid: string): Bytes | null {
  const members = readSequence(node, 'extension', 2, 3)
  if (readOid(members[0], 'extnID') !== dottedOid) return null
  const last = members.at(-1)
  if (last?.tag !== TAG.octetString) throw new DerError('der', 'extnValue is not an OCTET STRING')
  return last.value
}
