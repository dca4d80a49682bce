import 'reflect-metadata'
import { sign } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { describe, expect, it } from 'vitest'
import { extension } from '#e2e/builders/answer.ts'
import {
  type Bytes,
  context,
  DerError,
  enumerated,
  integer,
  nul,
  oid,
  readDer,
  seq,
  setOf,
  utcTime,
  utf8String,
} from '../asn1/der.ts'
import { OID } from '../asn1/oids.ts'
import { daysFromNow, ISSUING_NAME, makeCa, NOW } from './certificate-fixtures.ts'
import { encodeEntries, encodeTbsCertList, parseCrl, type RevokedCertificate } from './crl.ts'
import { CRL_REASONS, type CrlReason, isRevocationReason } from './crl-reasons.ts'
import { crlNumber, keyIdentifier } from './extensions.ts'
import { verifySigned } from './signature-algorithms.ts'
import { assembleSigned, SHA256_WITH_RSA } from './tbs.ts'

const ca = makeCa()

function makeCrl(revoked: readonly RevokedCertificate[], number = 1) {
  const tbs = encodeTbsCertList({
    issuer: ISSUING_NAME,
    keyIdentifier: keyIdentifier(ca.issuing.spki),
    number,
    thisUpdate: NOW,
    nextUpdate: daysFromNow(7),
    entries: encodeEntries(revoked),
  })
  return assembleSigned(tbs, SHA256_WITH_RSA, sign('sha256', tbs, ca.issuing.privateKey))
}

const revoked: RevokedCertificate[] = (Object.keys(CRL_REASONS) as CrlReason[]).map((reason, index) => ({
  serialNumber: `40${String(index).padStart(2, '0').repeat(16)}`,
  revokedAt: daysFromNow(-index),
  reason,
}))

describe('a CRL we write', () => {
  it('reads back as it was meant, signature included', () => {
    const crl = parseCrl(makeCrl(revoked, 258))
    expect(crl).toMatchObject({ number: 258, thisUpdate: NOW, nextUpdate: daysFromNow(7) })
    expect([...crl.revoked].map(([serialNumber, entry]) => ({ serialNumber, ...entry }))).toEqual(revoked)
    expect(Buffer.from(crl.entries)).toEqual(Buffer.from(encodeEntries(revoked)))
    expect(verifySigned(crl.signatureAlgorithm, crl.tbs, crl.signature, ca.chain.signerKey)).toBe(true)
  })

  it('is understood the same by @peculiar/x509', async () => {
    const crl = new x509.X509Crl(makeCrl(revoked))
    expect(await crl.verify({ publicKey: new x509.X509Certificate(ca.issuingDer).publicKey })).toBe(true)
    expect(crl.entries.map((entry) => entry.serialNumber)).toEqual(revoked.map((entry) => entry.serialNumber))
    expect(crl.entries.map((entry) => entry.reason ?? 0)).toEqual(revoked.map((entry) => CRL_REASONS[entry.reason]))
    expect(crl.issuer).toBe('O=Test, CN=Test Issuing')
  })

  it('leaves the list of entries out when nobody is revoked (RFC 5280 §5.1.2.6)', () => {
    const crl = parseCrl(makeCrl([]))
    expect(crl.entries).toHaveLength(0)
    expect(crl.revoked.size).toBe(0)
    expect(crl.number).toBe(1)
  })

  it('is refused with bytes after the end', () => {
    expect(() => parseCrl(Buffer.concat([makeCrl([]), Buffer.of(0)]))).toThrow(DerError)
  })
})

/** The list with one field of its TBS replaced (or removed), signed again. */
function bent(index: number, ...replacement: Uint8Array[]): Bytes {
  const members = readDer(parseCrl(makeCrl(revoked.slice(0, 2))).tbs).children.map((node) => node.bytes)
  const tbs = seq(...members.slice(0, index), ...replacement, ...members.slice(index + 1))
  return assembleSigned(tbs, SHA256_WITH_RSA, sign('sha256', tbs, ca.issuing.privateKey))
}
const entry = (serial: number, ...extensions: Uint8Array[]): Uint8Array =>
  seq(integer(serial), utcTime(NOW), ...(extensions.length === 0 ? [] : [seq(...extensions)]))
const withReason = (code: Uint8Array): Bytes => bent(5, seq(entry(5, extension(OID['id-ce-cRLReasons'], code))))

describe('a CRL is refused with', () => {
  // Found by mutation: another reader saw another list in each of the first six.
  it.each<[string, Bytes]>([
    ['no nextUpdate (RFC 5280 §5.1.2.5)', bent(4)],
    ['a serial number twice', bent(5, seq(entry(5), entry(5)))],
    [
      'an issuer whose attribute has three members',
      bent(2, seq(setOf(seq(oid(OID['id-at-commonName']), utf8String('a'), nul())))),
    ],
    ['an empty list of entries', bent(5, seq())],
    ['two lists of entries', bent(5, seq(entry(5)), seq(entry(6)))],
    ['two sets of extensions', bent(6, context(0, seq(crlNumber(1)), seq(crlNumber(2))))],
    ['an extension twice', bent(6, context(0, seq(crlNumber(1), crlNumber(2))))],
    ['other algorithms inside and outside', bent(1, seq(oid(OID.sha384WithRSAEncryption), nul()))],
    ['a reason that is not defined', withReason(enumerated(7))],
    ['a reason of two octets', withReason(enumerated(257))],
    ['a reason that is no ENUMERATED', withReason(integer(1))],
    ['an entry of another issuer', bent(5, seq(entry(5, extension('2.5.29.29', seq(), true))))],
    ['the mark of a delta list', bent(6, context(0, seq(extension(OID['id-ce-deltaCRLIndicator'], integer(1), true))))],
    ['version 1', bent(0)],
  ])('%s', (_name, der) => expect(() => parseCrl(der)).toThrow(DerError))
})

describe('reasons for a person', () => {
  it('are the ones that make sense for a certificate of theirs', () => {
    expect(isRevocationReason('keyCompromise')).toBe(true)
    for (const reason of ['cACompromise', 'removeFromCRL', 'KEYCOMPROMISE', 'toString', ''])
      expect(isRevocationReason(reason)).toBe(false)
  })
})
