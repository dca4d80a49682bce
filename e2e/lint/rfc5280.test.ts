import { generateKeyPairSync } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { contextPrimitive, ia5String, integer, octetString, oid, seq } from '#lib/core/asn1/der.ts'
import { OID } from '#lib/core/asn1/oids.ts'
import type { ProfileDefinition } from '#lib/core/enrollment/profile.ts'
import {
  build,
  daysFromNow,
  leafExtensions,
  leafPlan,
  makeCa,
  makeKey,
  NOW,
  type Plan,
  PROFILE,
} from '#lib/core/x509/certificate-fixtures.ts'
import {
  basicConstraints,
  certificatePolicies,
  crlDistributionPoints,
  extendedKeyUsage,
  keyUsage,
  keyUsageForKey,
  subjectAltName,
} from '#lib/core/x509/extensions.ts'
import { encodeName } from '#lib/core/x509/name.ts'
import { newRsaPair } from '#lib/core/x509/rsa-fixtures.ts'
import { createEmbeddedCa, type EmbeddedCa } from '#lib/issuer/embedded/create.ts'
import { type EmbeddedIssuer, openEmbeddedIssuer } from '#lib/issuer/embedded/issuer.ts'
import { lintCertificate, lintCrl } from './rfc5280.ts'

const config = { passphrase: 'a passphrase of the test', publicUrl: 'https://desk.example' }
const SUBJECT = encodeName([
  { type: 'C', value: 'SE' },
  { type: 'O', value: 'Exempel AB' },
  { type: 'CN', value: 'Åsa Öberg' },
  { type: 'serialNumber', value: 'SE-1234' },
  { type: 'emailAddress', value: 'asa@example.org' },
])

let ca: EmbeddedCa
let issuer: EmbeddedIssuer
beforeAll(async () => {
  ca = await createEmbeddedCa({ name: 'certdesk-issuing-ca', now: NOW, ...config })
  issuer = await openEmbeddedIssuer('certdesk-issuing-ca', ca, ca.secrets, config)
}, 60_000)

const spkiOf = (kind: keyof typeof KINDS): Bytes => KINDS[kind]().publicKey.export({ type: 'spki', format: 'der' }) as Bytes
const KINDS = {
  'RSA-2048': () => newRsaPair(),
  'RSA-3072': () => newRsaPair(3072),
  'RSA-4096': () => newRsaPair(4096),
  'EC-P256': () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'EC-P384': () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
} as const

/** Every use that a profile can be put to. */
const PROFILES: Readonly<Record<string, ProfileDefinition['certificate']>> = {
  'signing and mail': PROFILE,
  'VPN, nothing else': {
    ...PROFILE,
    keyUsage: ['digitalSignature'],
    extendedKeyUsage: ['clientAuth'],
    subjectAltNameEmail: false,
    validityDays: 90,
  },
  encryption: { ...PROFILE, keyUsage: ['keyEncipherment'], extendedKeyUsage: ['emailProtection'] },
  'smart card logon under policies': {
    ...PROFILE,
    keyUsage: ['digitalSignature', 'nonRepudiation', 'keyAgreement'],
    extendedKeyUsage: ['clientAuth', 'smartcardLogon'],
    subjectAltNameUpn: '{userid}',
    policies: ['1.3.6.1.4.1.99999.1', '2.23.140.1.5.1.1'],
  },
  'the longest': { ...PROFILE, extendedKeyUsage: [], validityDays: 3640 },
}

describe('what the embedded CA makes has no RFC 5280 errors', () => {
  it.each(Object.entries(PROFILES))(
    'profile: %s, every kind of key',
    async (_name, profile) => {
      for (const kind of Object.keys(KINDS) as (keyof typeof KINDS)[]) {
        const usage = keyUsageForKey(profile.keyUsage, kind.startsWith('EC') ? 'ec' : 'rsa')
        const spki = spkiOf(kind)
        const prepared = await issuer.prepare({
          csr: new Uint8Array(),
          subject: SUBJECT,
          spki,
          profile: { ...profile, keyUsage: usage },
          email: 'asa@example.org',
          upn: 'åsa@corp.example',
          now: NOW,
        })
        if (prepared.status !== 'prepared') throw new Error(prepared.detail)
        expect(lintCertificate(issuer.signNow(prepared.prepared.bytes)), kind).toEqual([])
      }
    },
    60_000,
  )

  it('root, issuing CA, its successor, OCSP responder and registration authority', async () => {
    const successor = await issuer.createSuccessor({
      name: 'certdesk-issuing-ca-2',
      commonName: 'Certdesk Issuing CA 2',
      now: daysFromNow(4_000),
      ...config,
    })
    for (const der of [...ca.chain, successor.certificate]) expect(lintCertificate(der)).toEqual([])
    for (const purpose of ['ocsp', 'scep'] as const) {
      const { certificate } = await issuer.certifyService({ purpose, spki: spkiOf('RSA-2048'), now: NOW })
      // A service's certificate is for the portal's own use: nobody looks for a CRL of it.
      expect(lintCertificate(certificate).filter(({ section }) => section !== '4.2.1.13')).toEqual([])
    }
  })

  it('CRLs of both scopes: empty, with every reason a person can give, with a hold', async () => {
    const dates = { thisUpdate: NOW, nextUpdate: daysFromNow(7) }
    const reasons = [
      'unspecified',
      'keyCompromise',
      'affiliationChanged',
      'superseded',
      'cessationOfOperation',
      'privilegeWithdrawn',
      'certificateHold',
    ] as const
    const revoked = reasons.map((reason, at) => ({ serialNumber: `40${String(at).padStart(32, '0')}`, revokedAt: NOW, reason }))
    for (const [scope, list] of [
      ['issuing', []],
      ['root', []],
      ['issuing', revoked],
    ] as const)
      expect(lintCrl(await issuer.signCrl({ scope, number: 300, revoked: list, ...dates }))).toEqual([])
  })
})

describe('the checks find what is wrong', () => {
  const test = makeCa()
  const leaf = makeKey()
  const plan = leafPlan(test, leaf)
  const good = [...leafExtensions(leaf.spki, test.issuing), crlDistributionPoints('https://a.example/a.crl')]
  const found = (change: Partial<Plan>): string[] =>
    lintCertificate(build({ ...plan, extensions: good, ...change }).der).map(({ section }) => section)
  const replaced = (at: number, extension: Uint8Array | null): Uint8Array[] =>
    good.flatMap((one, index) => (index === at ? (extension === null ? [] : [extension]) : [one]))

  it('says nothing of a certificate that is right', () => {
    expect(found({})).toEqual([])
  })

  it.each<[string, string, () => Partial<Plan>]>([
    ['4.1.2.2', 'a serial number of 21 octets', () => ({ serial: Uint8Array.of(0x40, ...new Uint8Array(20)) })],
    ['4.1.2.2', 'the serial number zero', () => ({ serial: Uint8Array.of(0) })],
    ['4.1.2.5', 'an end before its beginning', () => ({ notAfter: daysFromNow(-1) })],
    ['4.1.2.6', 'an empty subject', () => ({ subject: seq() })],
    ['4.2', 'an extension twice', () => ({ extensions: [...good, basicConstraints(null)] })],
    ['4.2.1.1', 'no authority key identifier', () => ({ extensions: replaced(4, null) })],
    ['4.2.1.2', 'no subject key identifier', () => ({ extensions: replaced(3, null) })],
    ['4.2.1.3', 'no key usage', () => ({ extensions: replaced(1, null) })],
    ['4.2.1.3', 'keyCertSign in a leaf', () => ({ extensions: replaced(1, keyUsage(['keyCertSign'])) })],
    ['4.2.1.3', 'keyAgreement of an RSA key', () => ({ extensions: replaced(1, keyUsage(['keyAgreement'])) })],
    ['4.2.1.4', 'a policy twice', () => ({ extensions: [...good, certificatePolicies(['1.2.3', '1.2.3'])] })],
    ['4.2.1.6', 'a mailbox that is none', () => ({ extensions: replaced(5, subjectAltName({ email: 'nobody', upn: null })) })],
    ['4.2.1.6', 'no name in subjectAltName', () => ({ extensions: replaced(5, subjectAltName({ email: null, upn: null })) })],
    ['4.2.1.12', 'a purpose twice', () => ({ extensions: replaced(2, extendedKeyUsage(['clientAuth', 'clientAuth'])) })],
    ['4.2.1.13', 'no distribution point', () => ({ extensions: replaced(6, null) })],
    [
      '4.2.1.13',
      'a distribution point in a directory',
      () => ({ extensions: replaced(6, crlDistributionPoints('ldap://a.example/cn=a')) }),
    ],
    [
      '4.2.1.9',
      'a path length in a leaf',
      () => ({ extensions: replaced(0, seq(oid(OID['id-ce-basicConstraints']), octetString(seq(integer(0))))) }),
    ],
    [
      '4.2.2.1',
      'an access location that is a mail address',
      () => {
        const location = contextPrimitive(1, ia5String('a@b').subarray(2))
        const access = seq(seq(oid(OID['id-ad-caIssuers']), location))
        return { extensions: [...good, seq(oid(OID['id-pe-authorityInfoAccess']), octetString(access))] }
      },
    ],
  ])('§ %s: %s', (section, _what, change) => {
    expect(found(change())).toContain(section)
  })

  it('§ 5.1.2.5 and 5.1.2.6: a CRL that never ends, and a certificate that stands there twice', async () => {
    const one = { serialNumber: '4711', revokedAt: NOW, reason: 'superseded' as const }
    const crl = await issuer.signCrl({ scope: 'issuing', number: 1, revoked: [one, one], thisUpdate: NOW, nextUpdate: NOW })
    expect(lintCrl(crl).map(({ section }) => section)).toEqual(['5.1.2.5', '5.1.2.6'])
  })
})
