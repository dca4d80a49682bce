import 'reflect-metadata'
import { X509Certificate as NodeCertificate } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { describe, expect, it } from 'vitest'
import { readDer } from '../asn1/der.ts'
import {
  parseCertificate,
  readBasicConstraints,
  readExtendedKeyUsage,
  readKeyUsage,
  readSubjectAltName,
  toPem,
} from './certificate.ts'
import { build, daysFromNow, LEAF_NAME, leafPlan, makeCa, makeKey } from './certificate-fixtures.ts'
import { mailboxOf } from './extensions.ts'
import { encodeTbs, makeSerial, makeTbsTemplate, serialFromHex, serialToHex } from './tbs.ts'

const ca = makeCa()
const leaf = makeKey()
const { der } = build(leafPlan(ca, leaf))

describe('a certificate we write', () => {
  it('reads back as it was meant', () => {
    const certificate = parseCertificate(der)
    expect(certificate.serialNumber).toBe(`40${'07'.repeat(16)}`)
    expect(Buffer.from(certificate.subject)).toEqual(Buffer.from(LEAF_NAME))
    expect(Buffer.from(certificate.spki)).toEqual(Buffer.from(leaf.spki))
    expect(certificate.notAfter).toEqual(daysFromNow(365))
    expect(readBasicConstraints(certificate)).toEqual({ ca: false, pathLength: null })
    expect(readKeyUsage(certificate)).toEqual(['digitalSignature', 'nonRepudiation'])
    expect(readExtendedKeyUsage(certificate)).toEqual(['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.4'])
    expect(readSubjectAltName(certificate)).toEqual({ emails: ['asa@example.org'], upns: [], others: 0 })
  })

  it('is understood the same by OpenSSL', () => {
    const certificate = new NodeCertificate(toPem('CERTIFICATE', der))
    expect(certificate.verify(new NodeCertificate(ca.issuingDer).publicKey)).toBe(true)
    expect(certificate.ca).toBe(false)
    expect(certificate.subject).toBe('C=SE\nCN=Åsa Öberg\nemailAddress=asa@example.org')
    expect(certificate.subjectAltName).toBe('email:asa@example.org')
    expect(certificate.serialNumber).toBe(`40${'07'.repeat(16)}`)
    expect(certificate.checkIssued(new NodeCertificate(ca.issuingDer))).toBe(true)
  })

  it('is understood the same by @peculiar/x509', () => {
    const certificate = new x509.X509Certificate(der)
    const usages = certificate.getExtension(x509.KeyUsagesExtension)
    expect(usages?.critical).toBe(true)
    expect(usages?.usages).toBe(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.nonRepudiation)
    expect(certificate.getExtension(x509.BasicConstraintsExtension)).toMatchObject({ ca: false, critical: true })
    expect(certificate.notAfter).toEqual(daysFromNow(365))
  })

  it('writes times as UTCTime through 2049 and as GeneralizedTime from 2050 (RFC 5280 §4.1.2.5)', () => {
    const fields = {
      ...leafPlan(ca, leaf),
      notBefore: new Date('2049-12-31T23:59:59Z'),
      notAfter: new Date('2050-01-01T00:00:00Z'),
    }
    const tbs = encodeTbs(makeTbsTemplate(fields.issuerName, []), fields)
    const validity = readDer(tbs).children[4]?.children
    expect(validity?.map((time) => Buffer.from(time.value).toString())).toEqual(['491231235959Z', '20500101000000Z'])
    expect(parseCertificate(build(fields).der).notAfter).toEqual(fields.notAfter)
  })
})

describe('serial numbers (F-S21)', () => {
  it('are positive, at most 20 octets, and carry 128 random bits', () => {
    expect(makeSerial(Buffer.alloc(16, 0xff))).toHaveLength(17)
    const low = serialToHex(makeSerial(Buffer.alloc(16)))
    expect(low).toBe(`40${'00'.repeat(16)}`)
    expect(() => makeSerial(Buffer.alloc(8))).toThrow(RangeError)
  })

  it('read the same as hex and as octets', () => {
    expect(serialToHex(serialFromHex('abc'))).toBe('abc')
    expect(serialToHex(Uint8Array.of(0, 0, 1))).toBe('1')
    expect(serialToHex(Uint8Array.of(0))).toBe('0')
  })
})

describe('rfc822Name', () => {
  it.each([
    ['asa.oberg+x@mail.example.org', true],
    ['åsa@example.org', false],
    ['two@at@example.org', false],
    ['no-at.example.org', false],
    ['line\nbreak@example.org', false],
    ['space in@example.org', false],
    [`${'x'.repeat(65)}@example.org`, false],
  ])('%j: %s', (email, fits) => {
    expect(mailboxOf(email) !== null).toBe(fits)
  })
})
