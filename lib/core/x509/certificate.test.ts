import { sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  type Bytes,
  bitString,
  boolean,
  context,
  contextTag,
  DerError,
  integer,
  nul,
  octetString,
  oid,
  readDer,
  seq,
  setOf,
  tlv,
  utf8String,
} from '../asn1/der.ts'
import { OID } from '../asn1/oids.ts'
import { parseCertificate, toPem } from './certificate.ts'
import { build, leafPlan, makeCa, makeKey } from './certificate-fixtures.ts'
import { basicConstraints, keyUsage } from './extensions.ts'
import { assembleSigned, SHA256_WITH_RSA } from './tbs.ts'

const ca = makeCa()
const leaf = makeKey()
const plan = leafPlan(ca, leaf)
const { der, tbs } = build(plan)
const members = readDer(tbs).children.map((node) => node.bytes)

/** The certificate with one field of its TBS replaced (or removed). */
function withMember(index: number, ...replacement: Uint8Array[]): Bytes {
  const changed = seq(...members.slice(0, index), ...replacement, ...members.slice(index + 1))
  return assembleSigned(changed, SHA256_WITH_RSA, sign('sha256', changed, ca.issuing.privateKey))
}
const withExtensions = (...extensions: Uint8Array[]): Bytes => withMember(7, context(3, seq(...extensions)))

describe('parseCertificate refuses', () => {
  it.each<[string, Bytes]>([
    ['bytes after the end', Buffer.concat([der, Buffer.of(0)])],
    ['two certificates glued together', Buffer.concat([der, der])],
    ['PEM', Buffer.from(toPem('CERTIFICATE', der)) as Bytes],
    ['nothing', new Uint8Array()],
    ['version 1 (no version field)', withMember(0)],
    ['version 2', withMember(0, context(0, integer(1)))],
    ['a negative serial number', withMember(1, integer(-5))],
    ['serial number 0', withMember(1, integer(0))],
    ['a serial number of 21 octets', withMember(1, integer(1n << 165n))],
    ['different algorithms inside and outside', withMember(2, seq(oid(OID.sha384WithRSAEncryption), nul()))],
    ['an algorithm without its NULL on one side', withMember(2, seq(oid(OID.sha256WithRSAEncryption)))],
    // Found by mutation: another reader saw the first two members alone, so the same bytes were two names, or two keys.
    [
      'a name whose attribute has three members',
      withMember(5, seq(setOf(seq(oid(OID['id-at-commonName']), utf8String('a'), utf8String('b'))))),
    ],
    ['a name of an empty RDN', withMember(3, seq(setOf()))],
    [
      'a key whose algorithm has three members',
      withMember(6, seq(seq(oid(OID.rsaEncryption), nul(), nul()), bitString(Buffer.of(0)))),
    ],
    [
      'a name in UniversalString that is no text',
      withMember(5, seq(setOf(seq(oid(OID['id-at-commonName']), tlv(0x1c, Buffer.from('Test')))))),
    ],
    ['an extension that stands twice', withExtensions(basicConstraints(null), basicConstraints({ pathLength: null }))],
    ['critical FALSE written out', withExtensions(seq(oid(OID['id-ce-basicConstraints']), boolean(false), octetString(seq())))],
    ['an empty list of extensions', withExtensions()],
    ['issuerUniqueID', withMember(7, tlv(contextTag(1, false), Uint8Array.of(0)), members[7] as Bytes)],
    ['something after the extensions', withMember(7, members[7] as Bytes, context(4, nul()))],
    [
      'more extensions than any certificate has',
      withExtensions(...Array.from({ length: 65 }, () => keyUsage(['digitalSignature']))),
    ],
    ['16 kB and more', Buffer.alloc(16_385, 0x30)],
  ])('%s', (_what, bytes) => {
    expect(() => parseCertificate(bytes)).toThrow(DerError)
  })

  it('a certificate cut off at any octet, and only ever with DerError', () => {
    for (let length = 0; length < der.length; length++) expect(() => parseCertificate(der.subarray(0, length))).toThrow(DerError)
  })

  it('nothing else than with DerError, whichever octet is changed', () => {
    for (let at = 0; at < der.length; at++) {
      const changed = Uint8Array.from(der)
      changed[at] = (changed[at] as number) ^ 0x81
      try {
        parseCertificate(changed)
      } catch (error) {
        expect(error).toBeInstanceOf(DerError)
      }
    }
  })
})
