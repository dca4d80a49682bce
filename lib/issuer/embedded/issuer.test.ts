import 'reflect-metadata'
import { execFileSync, spawnSync } from 'node:child_process'
import { X509Certificate as NodeCertificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as x509 from '@peculiar/x509'
import { beforeAll, describe, expect, it } from 'vitest'
import { parseCertificate, toPem } from '#lib/core/x509/certificate.ts'
import { checkCertificate } from '#lib/core/x509/certificate-check.ts'
import { daysFromNow, LEAF_NAME, makeKey, NOW, PROFILE } from '#lib/core/x509/certificate-fixtures.ts'
import { type Chain, openChain } from '#lib/core/x509/chain.ts'
import { parseCrl } from '#lib/core/x509/crl.ts'
import { encodeCsr, readCsr } from '#lib/core/x509/csr.ts'
import type { IssuanceRequest, Prepared } from '../port.ts'
import { createEmbeddedCa, type EmbeddedCa } from './create.ts'
import { type EmbeddedIssuer, openEmbeddedIssuer } from './issuer.ts'

const config = { passphrase: 'a passphrase of the test', publicUrl: 'https://desk.example' }
const leaf = makeKey()
const csr = readCsr(encodeCsr(LEAF_NAME, leaf.spki, leaf.privateKey))
const request: IssuanceRequest = {
  csr: csr.bytes,
  subject: csr.subject,
  spki: csr.spki,
  profile: PROFILE,
  email: 'asa@example.org',
  upn: null,
  now: NOW,
}

let ca: EmbeddedCa
let issuer: EmbeddedIssuer
let chain: Chain

beforeAll(async () => {
  ca = await createEmbeddedCa({ name: 'certdesk-issuing-ca', now: NOW, ...config })
  issuer = await openEmbeddedIssuer('certdesk-issuing-ca', ca, ca.secrets, config)
  chain = openChain(ca.chain)
}, 30_000)

async function prepare(change: Partial<IssuanceRequest> = {}): Promise<Prepared> {
  const result = await issuer.prepare({ ...request, ...change })
  if (result.status !== 'prepared') throw new Error(result.detail)
  return result.prepared
}

describe('the embedded CA', () => {
  it('has a 3072-bit root of 20 years and a 2048-bit issuing CA that may sign leaves only', () => {
    const [issuing, root] = ca.chain.map((der) => new NodeCertificate(der))
    expect(root?.publicKey.asymmetricKeyDetails?.modulusLength).toBe(3072)
    expect(issuing?.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048)
    expect([root?.subject, issuing?.subject]).toEqual(['O=Certdesk\nCN=Certdesk Root CA', 'O=Certdesk\nCN=Certdesk Issuing CA'])
    expect(chain.notAfter > daysFromNow(3640)).toBe(true)
    const constraints = new x509.X509Certificate(ca.certificate).getExtension(x509.BasicConstraintsExtension)
    expect(constraints).toMatchObject({ ca: true, pathLength: 0, critical: true })
  })

  it('issues a certificate that passes its own check', async () => {
    const { bytes, serialNumber, notBefore, notAfter } = await prepare()
    const result = await issuer.complete(bytes)
    if (result.status !== 'issued') throw new Error(result.status)
    const checked = checkCertificate(result.der, issuer.expectation(request, bytes), chain)
    expect(checked).toMatchObject({ ok: true, certificate: { serialNumber, notBefore, notAfter } })
    expect(notBefore).toEqual(new Date('2026-11-24T09:55:00Z'))
    expect(notAfter).toEqual(daysFromNow(365))
  })

  it('gives the same bytes for the same TBS, however often and after the keys were opened again (K10)', async () => {
    const { bytes } = await prepare()
    const again = await openEmbeddedIssuer('certdesk-issuing-ca', ca, ca.secrets, config)
    const ders = await Promise.all([issuer.complete(bytes), issuer.complete(bytes), again.complete(bytes)])
    expect(
      new Set(ders.map((result) => (result.status === 'issued' ? Buffer.from(result.der).toString('hex') : ''))),
    ).toHaveLength(1)
  })

  it('never uses a serial number twice', async () => {
    const serials = await Promise.all(Array.from({ length: 200 }, async () => (await prepare()).serialNumber))
    expect(new Set(serials).size).toBe(200)
    for (const serial of serials) expect(serial).toMatch(/^40[0-9a-f]{32}$/)
  })

  it('puts into the certificate where its CRL and its issuer are, and who signed it', async () => {
    const { bytes } = await prepare()
    const certificate = new x509.X509Certificate(issuer.signNow(bytes))
    const points = certificate.getExtension(x509.CRLDistributionPointsExtension)
    expect(points?.distributionPoints[0]?.distributionPoint?.fullName?.[0]?.uniformResourceIdentifier).toBe(
      'https://desk.example/pki/certdesk-issuing-ca.crl',
    )
    const access = certificate.getExtension(x509.AuthorityInfoAccessExtension)
    expect(access?.caIssuers.map((name) => name.value)).toEqual(['https://desk.example/pki/certdesk-issuing-ca.cer'])
    const authority = certificate.getExtension(x509.AuthorityKeyIdentifierExtension)
    const ours = new x509.X509Certificate(ca.certificate).getExtension(x509.SubjectKeyIdentifierExtension)
    expect(authority?.keyId).toBe(ours?.keyId)
    expect(await certificate.verify({ publicKey: new x509.X509Certificate(ca.certificate).publicKey, signatureOnly: true })).toBe(
      true,
    )
  })

  it('puts in the names, policies and addresses of the profile, each once and as their standards write them', async () => {
    const profile = {
      ...PROFILE,
      subjectAltNameUpn: '{userid}',
      policies: ['1.3.6.1.4.1.99999.1.2', '2.23.140.1.2.3'],
      extendedKeyUsage: ['clientAuth' as const, 'smartcardLogon' as const],
    }
    const change = { profile, upn: 'åsa@corp.example' }
    const { bytes } = await prepare(change)
    const der = issuer.signNow(bytes)
    expect(checkCertificate(der, issuer.expectation({ ...request, ...change }, bytes), chain)).toMatchObject({ ok: true })
    const certificate = new x509.X509Certificate(der)
    const names = certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.toJSON()
    expect(names).toEqual([
      { type: 'email', value: 'asa@example.org' },
      { type: 'upn', value: 'åsa@corp.example' },
    ])
    expect(certificate.getExtension(x509.CertificatePolicyExtension)?.policies).toEqual(profile.policies)
    expect(certificate.getExtension(x509.ExtendedKeyUsageExtension)?.usages).toEqual([
      '1.3.6.1.5.5.7.3.2',
      '1.3.6.1.4.1.311.20.2.2',
    ])
    const access = certificate.getExtension(x509.AuthorityInfoAccessExtension)
    expect(access?.ocsp.map((name) => name.value)).toEqual(['https://desk.example/pki/ocsp/certdesk-issuing-ca'])
    // Two profiles that differ in policies only have certificates that differ in them.
    const other = await prepare({ ...change, profile: { ...profile, policies: [] } })
    expect(new x509.X509Certificate(issuer.signNow(other.bytes)).getExtension(x509.CertificatePolicyExtension)).toBeNull()
  })

  it('lends its name to the OCSP responder for a month, and to nobody for longer than its own', async () => {
    const key = makeKey()
    const made = await issuer.certifyService({ purpose: 'ocsp', spki: key.spki, now: NOW })
    const certificate = new x509.X509Certificate(made.certificate)
    expect(made.notAfter).toEqual(daysFromNow(30))
    expect(certificate.getExtension(x509.ExtendedKeyUsageExtension)?.usages).toEqual(['1.3.6.1.5.5.7.3.9'])
    expect(certificate.getExtension('1.3.6.1.5.5.7.48.1.5')?.critical).toBe(false)
    const late = await issuer.certifyService({ purpose: 'ocsp', spki: key.spki, now: daysFromNow(3640) })
    expect(late.notAfter).toEqual(chain.notAfter)
  })

  it('takes extensions from the profile, never from the CSR: no address asked for, none there', async () => {
    const profile = { ...PROFILE, subjectAltNameEmail: false, extendedKeyUsage: [] }
    const { bytes } = await prepare({ profile })
    const certificate = parseCertificate(issuer.signNow(bytes))
    expect([...certificate.extensions.keys()].sort()).toEqual([
      '1.3.6.1.5.5.7.1.1',
      '2.5.29.14',
      '2.5.29.15',
      '2.5.29.19',
      '2.5.29.31',
      '2.5.29.35',
    ])
  })

  it('refuses (F-S20, ca_validity) what would outlive it, before it is valid and after', async () => {
    const tooLong = { ...request, profile: { ...PROFILE, validityDays: 3660 } }
    for (const bad of [tooLong, { ...request, now: daysFromNow(-1) }, { ...request, now: daysFromNow(3700) }])
      expect(await issuer.prepare(bad)).toMatchObject({ status: 'refused', code: 'ca_validity' })
  })

  it('refuses an address that is not ASCII, saying so', async () => {
    const refused = await issuer.prepare({ ...request, email: 'åsa@example.org' })
    expect(refused).toMatchObject({ status: 'refused', code: 'ca_refused', detail: expect.stringContaining('åsa@example.org') })
  })

  it('does not open with another passphrase, nor with keys that have changed places', async () => {
    const wrong = { ...config, passphrase: 'another passphrase' }
    await expect(openEmbeddedIssuer('certdesk-issuing-ca', ca, ca.secrets, wrong)).rejects.toMatchObject({
      code: 'wrong_passphrase',
    })
    const other = await createEmbeddedCa({ name: 'certdesk-issuing-ca', now: NOW, ...config })
    await expect(openEmbeddedIssuer('certdesk-issuing-ca', ca, other.secrets, config)).rejects.toMatchObject({
      code: 'inconsistent',
    })
    await expect(openEmbeddedIssuer('certdesk-issuing-ca', ca, [], config)).rejects.toMatchObject({ code: 'inconsistent' })
  })

  it('keeps no private key in clear', () => {
    for (const { sealed } of ca.secrets)
      expect(Buffer.from(sealed).includes(Buffer.from('2a864886f70d010101', 'hex'))).toBe(false)
  })

  it('signs CRLs of both its certificates', async () => {
    const dates = { thisUpdate: NOW, nextUpdate: daysFromNow(7) }
    const revoked = [{ serialNumber: '40aa', revokedAt: NOW, reason: 'keyCompromise' as const }]
    const crl = parseCrl(await issuer.signCrl({ scope: 'issuing', number: 3, revoked, ...dates }))
    expect(crl.revoked.get('40aa')).toEqual({ revokedAt: NOW, reason: 'keyCompromise' })
    const rootCrl = new x509.X509Crl(await issuer.signCrl({ scope: 'root', number: 1, revoked: [], ...dates }))
    expect(await rootCrl.verify({ publicKey: new x509.X509Certificate(ca.chain[1] as Uint8Array<ArrayBuffer>).publicKey })).toBe(
      true,
    )
  })
})

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

describe.runIf(hasOpenssl)('OpenSSL, a reader of another make', () => {
  it('verifies the chain, finds the certificate good, and finds it revoked once the CRL says so', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'certdesk-ca-'))
    const write = (name: string, content: string): string => {
      writeFileSync(join(folder, name), content)
      return join(folder, name)
    }
    try {
      const { bytes, serialNumber } = await prepare()
      const leafFile = write('leaf.pem', toPem('CERTIFICATE', issuer.signNow(bytes)))
      const [issuing, root] = ca.chain.map((der) => toPem('CERTIFICATE', der))
      const issuingFile = write('issuing.pem', issuing ?? '')
      const rootFile = write('root.pem', root ?? '')
      const dates = { thisUpdate: NOW, nextUpdate: daysFromNow(7) }
      const crl = async (number: number, revoked: { serialNumber: string; revokedAt: Date; reason: 'superseded' }[]) =>
        toPem('X509 CRL', await issuer.signCrl({ scope: 'issuing', number, revoked, ...dates }))
      const rootCrl = toPem('X509 CRL', await issuer.signCrl({ scope: 'root', number: 1, revoked: [], ...dates }))
      const good = write('good.pem', (await crl(1, [])) + rootCrl)
      const bad = write(
        'bad.pem',
        (await crl(2, [{ serialNumber: serialNumber ?? '', revokedAt: NOW, reason: 'superseded' }])) + rootCrl,
      )
      const verify = (crls: string) =>
        spawnSync(
          'openssl',
          ['verify', '-x509_strict', '-crl_check_all', '-attime', String(NOW.getTime() / 1000 + 60), '-purpose', 'sslclient',
            '-CAfile', rootFile, '-untrusted', issuingFile, '-CRLfile', crls, leafFile], // biome-ignore format: arguments
          { encoding: 'utf8' },
        )
      expect(verify(good)).toMatchObject({ status: 0, stdout: `${leafFile}: OK\n` })
      const revoked = verify(bad)
      expect(revoked.status).not.toBe(0)
      expect(revoked.stderr).toContain('certificate revoked')
      const text = execFileSync('openssl', ['x509', '-in', leafFile, '-noout', '-text'], { encoding: 'utf8' })
      expect(text).toContain('CA:FALSE')
      expect(text).toContain('URI:https://desk.example/pki/certdesk-issuing-ca.crl')
      const crlText = execFileSync('openssl', ['crl', '-in', bad, '-noout', '-text'], { encoding: 'utf8' })
      expect(crlText).toContain('Superseded')
      expect(crlText).toMatch(/X509v3 CRL Number: *\n? *2/)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
