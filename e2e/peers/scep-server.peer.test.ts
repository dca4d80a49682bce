/** Clients of other makes against our SCEP server: micromdm's scepclient (single DES, SHA-1), strongSwan's pki, certmonger, and OpenSSL to look at what they got. */
import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toPem } from '#lib/core/x509/certificate.ts'
import { type ScepDesk, startScepDesk } from './scep-desk.ts'

const exec = promisify(execFile)
let desk: ScepDesk
let folder: string
const at = (name: string): string => join(folder, name)

beforeAll(async () => {
  desk = await startScepDesk()
  folder = mkdtempSync(join(tmpdir(), 'certdesk-scep-clients-'))
  await desk.certdesk('enable', '--days', '30', '--legacy')
  writeFileSync(at('chain.pem'), desk.chain.map((der) => toPem('CERTIFICATE', der)).join(''))
})
afterAll(async () => {
  await desk?.stop()
  if (folder) rmSync(folder, { recursive: true, force: true })
})

const run = async (program: string, ...args: string[]): Promise<Buffer> =>
  (await exec(program, args, { encoding: 'buffer', cwd: folder, timeout: 50_000 })).stdout

/** OpenSSL's word on a certificate: chain, purpose. */
async function opensslVerify(file: string): Promise<string> {
  return (await run('openssl', 'verify', '-x509_strict', '-purpose', 'sslclient', '-CAfile', at('chain.pem'), file)).toString()
}

const stored = async (subject: string): Promise<number> =>
  (await desk.flow.owner.query('SELECT 1 FROM scep_transaction WHERE subject LIKE $1 AND der IS NOT NULL', [`%${subject}%`]))
    .rowCount ?? 0

describe('scepclient of micromdm', () => {
  // A folder of its own for each: it leaves its self-signed certificate beside the key, and takes one that it finds there.
  const enrol = (name: string, ...more: string[]) => {
    mkdirSync(at(name), { recursive: true })
    const files = ['-private-key', at(`${name}/key.pem`), '-certificate', at(`${name}/certificate.pem`)]
    return run('scepclient', '-server-url', desk.url, ...files, '-cn', name, '-keySize', '2048', ...more)
  }

  it('gets a certificate for a challenge', async () => {
    const challenge = await desk.makeChallenge('scepclient-1')
    await enrol('scepclient-1', '-challenge', challenge)
    expect(await opensslVerify(at('scepclient-1/certificate.pem'))).toContain('OK')
    const certificate = new X509Certificate(readFileSync(at('scepclient-1/certificate.pem')))
    expect(certificate.subject).toContain('CN=scepclient-1')
    expect(await stored('scepclient-1')).toBe(1)
  })

  it('gets none without one, nor with one that was used', async () => {
    const challenge = await desk.makeChallenge()
    await enrol('scepclient-2', '-challenge', challenge)
    for (const more of [[], ['-challenge', challenge], ['-challenge', 'guessed']])
      await expect(enrol('scepclient-3', ...more)).rejects.toThrow()
    expect(await stored('scepclient-3')).toBe(0)
  })
})

describe('pki of strongSwan', () => {
  it('reads our certificates, and gets one for a challenge with AES and SHA-256', async () => {
    await run('pki', '--scepca', '--url', desk.url, '--caout', at('ca.der'), '--raout', at('ra.der'), '--force')
    const files = readdirSync(folder).filter((name) => /^(ca|ra).*\.der$/.test(name))
    const subjects = files.map((name) => [name, new X509Certificate(readFileSync(at(name))).subject] as const)
    const fileOf = (words: string): string => at(subjects.find(([, subject]) => subject.includes(words))?.[0] ?? '')
    const [ra, issuing, root] = [fileOf('SCEP RA'), fileOf('Issuing'), fileOf('Root')]
    writeFileSync(at('strongswan.der'), await run('pki', '--gen', '--type', 'rsa', '--size', '2048'))
    const enrol = (password: string) =>
      run('pki', '--scep', '--url', desk.url, '--in', at('strongswan.der'), '--dn', 'C=SE, CN=strongswan-1', '--password', password,
        '--cacert-enc', ra, '--cacert-sig', ra, '--cacert', issuing, '--cacert', root, '--outform', 'pem') // biome-ignore format: arguments
    await expect(enrol('guessed')).rejects.toThrow()
    writeFileSync(at('strongswan.pem'), await enrol(await desk.makeChallenge('strongswan-1')))
    expect(await opensslVerify(at('strongswan.pem'))).toContain('OK')
    expect(await stored('strongswan-1')).toBe(1)
  })
})

describe('certmonger', () => {
  const HELPER = '/usr/lib/certmonger/scep-submit'

  /** `getcert` commands, one after another, with a daemon and a home of their own; a line that fails does not stop the next. */
  async function getcert(...lines: string[]): Promise<string> {
    const home = at('certmonger')
    mkdirSync(home, { recursive: true })
    writeFileSync(at('getcert.sh'), lines.map((line) => `getcert ${line} || true\n`).join(''))
    const env = { ...process.env, HOME: home, XDG_RUNTIME_DIR: home }
    const { stdout } = await exec('dbus-run-session', ['--', 'sh', at('getcert.sh')], { cwd: folder, env, timeout: 50_000 })
    return stdout
  }

  it('reads what the server can do, and its certificates in the order that it wants: registration authority, root, issuing', async () => {
    const capabilities = (await run(HELPER, '-u', desk.url, '-c')).toString().split(/\s+/)
    expect(capabilities).toEqual(expect.arrayContaining(['SCEPStandard', 'POSTPKIOperation', 'AES', 'SHA-256']))
    const given = (await run(HELPER, '-u', desk.url, '-C')).toString().match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? []
    const names = given.map((pem) => new X509Certificate(pem).subject.replaceAll('\n', ', '))
    expect(names).toEqual([
      expect.stringContaining('SCEP RA'),
      expect.stringContaining('Root'),
      expect.stringContaining('Issuing'),
    ])
  })

  // Its PKCS#10 has a friendlyName beside the challenge, a BMPString.
  it('gets a certificate for a challenge, and none for a guess', async () => {
    const request = (name: string, challenge: string): string =>
      `request -s -c desk -k "$HOME/${name}.key" -f "$HOME/${name}.pem" -N CN=${name} -L ${challenge} -G rsa -g 2048 -w`
    await getcert(
      `add-scep-ca -s -c desk -u ${desk.url}`,
      request('certmonger-1', await desk.makeChallenge('certmonger-1')),
      request('certmonger-2', 'guessed'),
    )
    expect(await opensslVerify(at('certmonger/certmonger-1.pem'))).toContain('OK')
    expect(new X509Certificate(readFileSync(at('certmonger/certmonger-1.pem'))).subject).toBe('CN=certmonger-1')
    expect(readdirSync(at('certmonger'))).not.toContain('certmonger-2.pem')
    expect([await stored('certmonger-1'), await stored('certmonger-2')]).toEqual([1, 0])
  })
})
