import { generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { connections } from '#lib/messages/connections.ts'
import {
  type Bytes,
  context,
  contextPrimitive,
  ia5String,
  nul,
  octetString,
  oid,
  readDer,
  seq,
  setOf,
  utf8String,
} from '../asn1/der.ts'
import { OID } from '../asn1/oids.ts'
import { type CertificateExpectation, type CertificateFault, checkCertificate } from './certificate-check.ts'
import {
  build,
  daysFromNow,
  expectLeaf,
  leafExtensions,
  leafPlan,
  makeCa,
  makeKey,
  NOW,
  type Plan,
  PROFILE,
} from './certificate-fixtures.ts'
import {
  authorityInfoAccess,
  authorityKeyIdentifier,
  basicConstraints,
  certificatePolicies,
  crlDistributionPoints,
  extendedKeyUsage,
  keyUsage,
  subjectAltName,
  subjectKeyIdentifier,
} from './extensions.ts'
import { encodeName } from './name.ts'
import { assembleSigned, makeSerial } from './tbs.ts'

const ca = makeCa()
const otherCa = makeCa()
const leaf = makeKey()
const otherLeaf = makeKey()
const plan = leafPlan(ca, leaf)
const expected = expectLeaf(leaf)

/** The leaf's extensions with the ones at these places replaced: 0 basicConstraints, 1 keyUsage, 2 EKU, 3 SKI, 4 AKI, 5 SAN. */
function extensions(changes: Record<number, Uint8Array | null>): Uint8Array[] {
  return leafExtensions(leaf.spki, ca.issuing).flatMap((extension, index) => {
    const change = changes[index]
    return change === undefined ? [extension] : change === null ? [] : [change]
  })
}

const faultOf = (der: Bytes, expectation: CertificateExpectation = expected) => {
  const result = checkCertificate(der, expectation, ca.chain)
  return result.ok ? null : result.fault
}

describe('checkCertificate', () => {
  it('accepts the certificate that was asked for', () => {
    const { der, tbs } = build(plan)
    expect(checkCertificate(der, { ...expected, tbs }, ca.chain)).toMatchObject({ ok: true })
  })

  it('accepts an RSA certificate without SAN and EKU where the profile asks for none', () => {
    const profile = { ...PROFILE, extendedKeyUsage: [], subjectAltNameEmail: false }
    const { der } = build({ ...plan, extensions: extensions({ 2: null, 5: null }) })
    expect(faultOf(der, { ...expected, profile, email: null })).toBeNull()
  })

  const ownName = encodeName([{ type: 'CN', value: 'Somebody Else' }])
  const sameTextOtherType = encodeName([
    { type: 'C', value: 'SE' },
    { type: 'CN', value: 'Åsa Öberg' },
    { type: 'UID', value: 'asa@example.org' },
  ])
  // F-S18: what a CA must not be believed.
  it.each<[CertificateFault, string, Partial<Plan>]>([
    ['public_key', 'for another key', { spki: otherLeaf.spki }],
    ['subject', 'for another subject', { subject: ownName }],
    ['subject', 'for a subject of the same text, coded otherwise', { subject: sameTextOtherType }],
    ['issuer', 'in the name of another CA', { issuerName: encodeName([{ type: 'CN', value: 'Other CA' }]) }],
    ['signature', 'signed by a CA of the same name with another key', { signer: otherCa.issuing }],
    ['signature', 'signed by the key it is for', { signer: leaf }],
    ['validity', 'expired', { notBefore: daysFromNow(-400), notAfter: daysFromNow(-1) }],
    ['validity', 'not valid yet', { notBefore: daysFromNow(1) }],
    ['validity', 'valid for ten years instead of one', { notAfter: daysFromNow(2900) }],
    ['basic_constraints', 'a CA certificate', { extensions: extensions({ 0: basicConstraints({ pathLength: null }) }) }],
    ['key_usage', 'without key usage', { extensions: extensions({ 1: null }) }],
    ['key_usage', 'with less key usage', { extensions: extensions({ 1: keyUsage(['digitalSignature']) }) }],
    [
      'key_usage',
      'that may sign certificates',
      { extensions: extensions({ 1: keyUsage(['digitalSignature', 'nonRepudiation', 'keyCertSign']) }) },
    ],
    ['extended_key_usage', 'without extended key usage', { extensions: extensions({ 2: null }) }],
    ['extended_key_usage', 'with less', { extensions: extensions({ 2: extendedKeyUsage(['clientAuth']) }) }],
    [
      'extended_key_usage',
      'that logs on to Windows as well',
      { extensions: extensions({ 2: extendedKeyUsage(['clientAuth', 'emailProtection', 'smartcardLogon']) }) },
    ],
    ['subject_alt_name', 'without the address', { extensions: extensions({ 5: null }) }],
    [
      'subject_alt_name',
      'with another address',
      { extensions: extensions({ 5: subjectAltName({ email: 'boss@example.org', upn: null }) }) },
    ],
    [
      'subject_alt_name',
      'with a user principal name nobody asked for',
      { extensions: extensions({ 5: subjectAltName({ email: 'asa@example.org', upn: 'admin@corp.example' }) }) },
    ],
    [
      'authority_key_identifier',
      'that names another signing key',
      { extensions: extensions({ 4: authorityKeyIdentifier(Buffer.alloc(20, 3)) }) },
    ],
    [
      'critical_extension',
      'with a critical extension nobody asked for',
      { extensions: [...extensions({}), seq(oid(OID['id-ce-nameConstraints']), Buffer.of(1, 1, 0xff), octetString(seq()))] },
    ],
    [
      'der',
      'with a broken extension',
      { extensions: extensions({ 0: seq(oid(OID['id-ce-basicConstraints']), octetString(nul())) }) },
    ],
  ])('F-S18 refuses (%s) a certificate %s', (fault, _what, change) => {
    expect(faultOf(build({ ...plan, ...change }).der)).toBe(fault)
  })

  it('refuses (signature_algorithm) a certificate signed with SHA-1', () => {
    const sha1 = seq(oid(OID.sha1WithRSAEncryption), nul())
    const fields = readDer(build(plan).tbs).children.map((node) => node.bytes)
    const tbs = seq(...fields.slice(0, 2), sha1, ...fields.slice(3))
    expect(faultOf(assembleSigned(tbs, sha1, sign('sha1', tbs, ca.issuing.privateKey)))).toBe('signature_algorithm')
  })

  it('refuses (der) trailing bytes, an ECDSA signature under an RSA name, and other files', () => {
    const { der, tbs } = build(plan)
    expect(faultOf(Buffer.concat([der, Buffer.of(5, 0)]))).toBe('der')
    expect(faultOf(Buffer.from('<html>502 Bad Gateway</html>') as Bytes)).toBe('der')
    expect(faultOf(ca.issuingDer)).toBe('public_key')
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const algorithm = seq(oid(OID['ecdsa-with-SHA256']))
    expect(faultOf(assembleSigned(tbs, algorithm, sign('sha256', tbs, privateKey)))).toBe('der')
  })

  it('refuses (prepared) a good certificate that is not the one reserved', () => {
    const other = build({ ...plan, serial: makeSerial(Buffer.alloc(16, 9)) })
    expect(faultOf(other.der, { ...expected, tbs: build(plan).tbs })).toBe('prepared')
  })

  it('refuses (chain_validity) what outlives its CA, and everything once the CA has expired', () => {
    const profile = { ...PROFILE, validityDays: 3650 }
    expect(faultOf(build({ ...plan, notAfter: daysFromNow(3001) }).der, { ...expected, profile })).toBe('chain_validity')
    const later = { ...plan, notBefore: daysFromNow(3000), notAfter: daysFromNow(3300) }
    expect(faultOf(build(later).der, { ...expected, now: daysFromNow(3100) })).toBe('chain_validity')
  })

  it('refuses (subject_alt_name) a name of another kind', () => {
    const dns = seq(oid(OID['id-ce-subjectAltName']), octetString(seq(Buffer.from([0x82, 3, 0x61, 0x2e, 0x62]))))
    expect(faultOf(build({ ...plan, extensions: extensions({ 5: dns }) }).der)).toBe('subject_alt_name')
    const none = { ...expected, email: null }
    expect(faultOf(build(plan).der, none)).toBe('subject_alt_name')
  })

  it('wants the user principal name, as it was asked for and in no other string type', () => {
    const profile = { ...PROFILE, subjectAltNameUpn: '{userid}@corp.example' }
    const wanted = { ...expected, profile, upn: 'åsa@corp.example' }
    const names = (upn: string) => extensions({ 5: subjectAltName({ email: 'asa@example.org', upn }) })
    expect(faultOf(build({ ...plan, extensions: names('åsa@corp.example') }).der, wanted)).toBeNull()
    expect(faultOf(build({ ...plan, extensions: names('boss@corp.example') }).der, wanted)).toBe('subject_alt_name')
    expect(faultOf(build(plan).der, wanted)).toBe('subject_alt_name')
    const ia5 = context(0, oid(OID['ms-userPrincipalName']), context(0, ia5String('asa@corp.example')))
    const odd = seq(oid(OID['id-ce-subjectAltName']), octetString(seq(contextPrimitive(1, Buffer.from('asa@example.org')), ia5)))
    const asciiWanted = { ...wanted, upn: 'asa@corp.example' }
    expect(faultOf(build({ ...plan, extensions: extensions({ 5: odd }) }).der, asciiWanted)).toBe('subject_alt_name')
  })

  it('wants the policies of the profile, and does not mind more of them', () => {
    const wanted = { ...expected, profile: { ...PROFILE, policies: ['1.3.6.1.4.1.99999.1'] } }
    const withPolicies = (...policies: string[]) =>
      build({ ...plan, extensions: [...extensions({}), certificatePolicies(policies)] }).der
    expect(faultOf(withPolicies('1.3.6.1.4.1.99999.1', '2.23.140.1.2.2'), wanted)).toBeNull()
    expect(faultOf(withPolicies('2.23.140.1.2.2'), wanted)).toBe('certificate_policies')
    expect(faultOf(build(plan).der, wanted)).toBe('certificate_policies')
  })

  it('wants CRL, OCSP responder and issuer to be where they are', () => {
    const publication = { crl: 'https://a.example/a.crl', ocsp: 'https://a.example/ocsp', caIssuers: 'https://a.example/a.cer' }
    const published = (said: typeof publication) =>
      build({ ...plan, extensions: [...extensions({}), crlDistributionPoints(said.crl), authorityInfoAccess(said)] }).der
    expect(faultOf(published(publication), { ...expected, publication })).toBeNull()
    for (const part of ['crl', 'ocsp', 'caIssuers'])
      expect(faultOf(published({ ...publication, [part]: 'https://b.example/x' }), { ...expected, publication })).toBe(
        'publication',
      )
    expect(faultOf(build(plan).der, { ...expected, publication })).toBe('publication')
  })

  // The CA's clock and ours are never quite the same, and it signs after we read ours.
  it('accepts one that begins within two minutes from now, and none that begins later', () => {
    const begins = (seconds: number) => build({ ...plan, notBefore: new Date(NOW.getTime() + seconds * 1000) }).der
    for (const seconds of [0, 1, 120]) expect(faultOf(begins(seconds))).toBeNull()
    expect(faultOf(begins(121))).toBe('validity')
  })

  describe('a subject that the CA has written anew', () => {
    const [country, person, mail] = [
      seq(oid(OID['id-at-countryName']), utf8String('SE')),
      seq(oid(OID['id-at-commonName']), utf8String('Åsa Öberg')),
      seq(oid(OID.emailAddress), ia5String('asa@example.org')),
    ]
    const written = (...attributes: Bytes[]) => build({ ...plan, subject: seq(...attributes.map((one) => setOf(one))) }).der
    const lower = seq(oid(OID['id-at-commonName']), utf8String('åsa öberg'))

    it('in another string type: only where the connection allows it, and the refusal names the setting', () => {
      const der = written(country, person, mail)
      const { subject, subjects } = connections.form
      expect(faultOf(der, { ...expected, subjectMatch: 'equivalent' })).toBeNull()
      for (const expectation of [expected, { ...expected, subjectMatch: 'exact' as const }]) {
        const result = checkCertificate(der, expectation, ca.chain)
        expect(result).toMatchObject({ fault: 'subject', detail: expect.stringContaining(`“${subject}”`) })
        expect(result).toMatchObject({ detail: expect.stringContaining(`“${subjects.equivalent}”`) })
      }
    })

    it.each<[string, Bytes[]]>([
      ['without an attribute', [country, person]],
      ['with one more', [country, person, mail, mail]],
      ['in another order', [person, country, mail]],
      ['in another case', [country, lower, mail]],
    ])('%s: never, and no setting is named', (_what, attributes) => {
      for (const subjectMatch of ['exact', 'equivalent'] as const)
        expect(checkCertificate(written(...attributes), { ...expected, subjectMatch }, ca.chain)).toEqual({
          ok: false,
          fault: 'subject',
          detail: 'its subject is not the one of the PKCS#10',
        })
    })
  })

  it('says in words what is wrong', () => {
    const result = checkCertificate(
      build({ ...plan, notAfter: NOW, notBefore: daysFromNow(-2) }).der,
      { ...expected, now: daysFromNow(1) },
      ca.chain,
    )
    expect(result).toEqual({ ok: false, fault: 'validity', detail: 'it expired at 2026-11-24T10:00:00.000Z' })
  })
})

describe('SKI', () => {
  it('does not decide anything, but is well-formed', () => {
    const odd = { ...plan, extensions: extensions({ 3: subjectKeyIdentifier(Buffer.alloc(20, 1)) }) }
    expect(faultOf(build(odd).der)).toBeNull()
  })
})
