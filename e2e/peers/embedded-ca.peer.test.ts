/**
 * OpenSSL and GnuTLS look at what the embedded CA makes: every chain strictly, with CRLs, before and after a revocation, and with GnuTLS's own
 * profiles of strength. OCSP is asked for by OpenSSL in app/pki/ocsp.db.test.ts.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toPem } from '#lib/core/x509/certificate.ts'
import { LEAF_NAME, makeKey, PROFILE } from '#lib/core/x509/certificate-fixtures.ts'
import type { RevokedCertificate } from '#lib/core/x509/crl.ts'
import { createEmbeddedCa } from '#lib/issuer/embedded/create.ts'
import { type EmbeddedIssuer, openEmbeddedIssuer } from '#lib/issuer/embedded/issuer.ts'

const config = { passphrase: 'a passphrase of the test', publicUrl: 'https://desk.example' }
const now = new Date()
const dates = { thisUpdate: now, nextUpdate: new Date(now.getTime() + 7 * 86_400_000) }

let folder: string
let issuer: EmbeddedIssuer
let serialNumber: string
const file = (name: string): string => join(folder, name)
const write = (name: string, ...pems: string[]): void => writeFileSync(file(name), pems.join(''))
const run = (program: string, ...args: string[]): { status: number | null; text: string } => {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' })
  if (error) throw error
  return { status, text: stdout + stderr }
}
const crl = async (scope: 'issuing' | 'root', number: number, revoked: RevokedCertificate[] = []): Promise<string> =>
  toPem('X509 CRL', await issuer.signCrl({ scope, number, revoked, ...dates }))

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'certdesk-ca-peer-'))
  const ca = await createEmbeddedCa({ name: 'certdesk-issuing-ca', now, ...config })
  issuer = await openEmbeddedIssuer('certdesk-issuing-ca', ca, ca.secrets, config)
  const [issuing = '', root = ''] = ca.chain.map((der) => toPem('CERTIFICATE', der))
  const prepared = await issuer.prepare({
    csr: new Uint8Array(),
    subject: LEAF_NAME,
    spki: makeKey().spki,
    profile: { ...PROFILE, subjectAltNameUpn: '{userid}', policies: ['1.3.6.1.4.1.99999.1'] },
    email: 'asa@example.org',
    upn: 'åsa@corp.example',
    now,
  })
  if (prepared.status !== 'prepared') throw new Error(prepared.detail)
  serialNumber = prepared.prepared.serialNumber ?? ''
  const leaf = toPem('CERTIFICATE', issuer.signNow(prepared.prepared.bytes))
  write('root.pem', root)
  write('issuing.pem', issuing)
  write('leaf.pem', leaf)
  write('chain.pem', leaf, issuing, root)
  write('issuing.crl', await crl('issuing', 1))
  write('root.crl', await crl('root', 1))
  write('good.crl', await crl('issuing', 1), await crl('root', 1))
  const revoked = [{ serialNumber, revokedAt: now, reason: 'certificateHold' as const }]
  write('revoked.crl', await crl('issuing', 2, revoked))
  write('bad.crl', await crl('issuing', 2, revoked), await crl('root', 1))
}, 60_000)
afterAll(() => folder && rmSync(folder, { recursive: true, force: true }))

describe('OpenSSL', () => {
  const verify = (crls: string) =>
    run(
      'openssl',
      'verify',
      '-x509_strict',
      '-crl_check',
      '-crl_check_all',
      '-check_ss_sig',
      '-purpose',
      'sslclient',
      '-CAfile',
      file('root.pem'),
      '-untrusted',
      file('issuing.pem'),
      '-CRLfile',
      file(crls),
      file('leaf.pem'), // biome-ignore format: arguments
    )
  it('verifies the chain strictly with both CRLs, and finds the certificate held once a CRL says so', () => {
    expect(verify('good.crl').text).toBe(`${file('leaf.pem')}: OK\n`)
    expect(verify('bad.crl').text).toContain('certificate revoked')
  })
  it('reads the names, policies and addresses', () => {
    const { text } = run('openssl', 'x509', '-in', file('leaf.pem'), '-noout', '-text')
    for (const said of [
      'email:asa@example.org',
      'Policy: 1.3.6.1.4.1.99999.1',
      'OCSP - URI:https://desk.example/pki/ocsp/',
      'CA:FALSE',
    ])
      expect(text).toContain(said)
    expect(text).toMatch(/othername: ?(?:UPN|1\.3\.6\.1\.4\.1\.311\.20\.2\.3)?:?:?/i)
  })
})

describe('GnuTLS', () => {
  it.each(['medium', 'high', 'legacy'])(
    'verifies the chain under its profile %s (RSA-2048 is no more than medium)',
    (profile) => {
      const { status, text } = run(
        'certtool',
        '--verify',
        `--verify-profile=${profile}`,
        '--load-ca-certificate',
        file('root.pem'),
        '--infile',
        file('chain.pem'),
      )
      const accepted = profile !== 'high'
      expect({ accepted: status === 0, text }).toMatchObject({ accepted })
      expect(text).toContain(accepted ? 'Chain verification output: Verified' : 'Not verified')
    },
  )
  it('verifies both CRLs, and reads the hold', () => {
    for (const [list, by] of [
      ['issuing.crl', 'issuing.pem'],
      ['root.crl', 'root.pem'],
      ['revoked.crl', 'issuing.pem'],
    ] as const)
      expect(run('certtool', '--verify-crl', '--load-ca-certificate', file(by), '--infile', file(list)).text, list).toMatch(
        /Verified/,
      )
    const { text } = run('certtool', '--crl-info', '--infile', file('revoked.crl'))
    expect(text).toContain('Revoked certificates (1)')
    expect(text).toContain(serialNumber)
  })
  it('refuses a chain that does not lead to the root', () => {
    const { status } = run('certtool', '--verify', '--load-ca-certificate', file('leaf.pem'), '--infile', file('chain.pem'))
    expect(status).not.toBe(0)
  })
})
