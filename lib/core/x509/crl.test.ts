import 'reflect-metadata'
import { sign } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { describe, expect, it } from 'vitest'
import { DerError } from '../asn1/der.ts'
import { daysFromNow, ISSUING_NAME, makeCa, NOW } from './certificate-fixtures.ts'
import { encodeEntries, encodeTbsCertList, parseCrl, type RevokedCertificate } from './crl.ts'
import { CRL_REASONS, type CrlReason, isRevocationReason } from './crl-reasons.ts'
import { keyIdentifier } from './extensions.ts'
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

describe('reasons for a person', () => {
  it('are the ones that make sense for a certificate of theirs', () => {
    expect(isRevocationReason('keyCompromise')).toBe(true)
    for (const reason of ['cACompromise', 'removeFromCRL', 'certificateHold', 'KEYCOMPROMISE', 'toString', ''])
      expect(isRevocationReason(reason)).toBe(false)
  })
})
