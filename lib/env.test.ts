import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { EnvError, type EnvSource, readWebEnv, readWorkerEnv } from './env.ts'

const folder = mkdtempSync(join(tmpdir(), 'certdesk-env-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const file = (name: string, content: string): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const jwk = (modulusLength: number, which: 'publicKey' | 'privateKey' = 'publicKey') =>
  generateKeyPairSync('rsa', { modulusLength })[which].export({ format: 'jwk' })
const keys = file('keys.json', JSON.stringify({ ATTESTATION: [jwk(2048)] }))

const base: EnvSource = { DATABASE_URL: 'postgresql://u:p@h/d', CERTDESK_DATA_DIR: folder }
const web: EnvSource = { ...base, SESSION_SECRET: 's'.repeat(32) }
const worker: EnvSource = {
  ...base,
  HERMOD_URL: 'https://hermod.example:20400/hermod/',
  HERMOD_CLIENT_ID: 'portal',
  HERMOD_API_KEY: 'k',
  ATTESTATION_KEYS_FILE: keys,
}

describe('a wrong variable is said in one sentence that names it', () => {
  it.each<[string, EnvSource]>([
    ['DATABASE_URL', { DATABASE_URL: '' }],
    ['DATABASE_URL', { DATABASE_URL: 'h/d' }],
    ['DATABASE_URL', { DATABASE_URL: 'mysql://h/d' }],
    ['DATABASE_URL', { DATABASE_URL_FILE: keys }],
    ['PORT', { PORT: '0' }],
    ['PORT', { PORT: '70000' }],
    ['PORT', { PORT: '3000x' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'example.com' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'ftp://example.com' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'https://example.com/certdesk' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'https://u:p@example.com' }],
    ['LOG_LEVEL', { LOG_LEVEL: 'loud' }],
    ['SESSION_SECRET', { SESSION_SECRET: 'short' }],
    ['HERMOD_CALLBACK_PASSWORD', { HERMOD_CALLBACK_USER: 'hermod' }],
    ['HERMOD_CALLBACK_USER', { HERMOD_CALLBACK_PASSWORD: 'x' }],
    ['HERMOD_CALLBACK_USER', { HERMOD_CALLBACK_USER: 'a:b', HERMOD_CALLBACK_PASSWORD: 'x' }],
    ['SIMULATOR_URL', { SIMULATOR_URL: 'here' }],
  ])('web: %s %#', (name, wrong) => {
    expect(() => readWebEnv({ ...web, ...wrong })).toThrow(EnvError)
    expect(() => readWebEnv({ ...web, ...wrong })).toThrow(new RegExp(`${name}\\b.*\\.$`))
  })

  it.each<[string, EnvSource]>([
    ['HERMOD_URL', { HERMOD_URL: 'http://hermod.example/hermod' }],
    ['HERMOD_URL', { HERMOD_URL: 'http://127.0.0.1.example/hermod' }],
    ['HERMOD_URL', { HERMOD_URL: 'https://u:p@hermod.example' }],
    ['HERMOD_URL', { HERMOD_URL: 'https://hermod.example?x=1' }],
    ['HERMOD_URL', { HERMOD_URL: '' }],
    ['HERMOD_CLIENT_ID', { HERMOD_CLIENT_ID: '' }],
    ['HERMOD_CLIENT_ID', { HERMOD_CLIENT_ID: 'a:b' }],
    ['HERMOD_API_KEY', { HERMOD_API_KEY: '' }],
    ['HERMOD_API_KEY_FILE', { HERMOD_API_KEY: '', HERMOD_API_KEY_FILE: '/nowhere' }],
    ['HERMOD_API_KEY_FILE', { HERMOD_API_KEY_FILE: keys }],
    ['HERMOD_FQDN', { HERMOD_FQDN: 'a,b c' }],
    ['HERMOD_CA_FILE', { HERMOD_CA_FILE: keys }],
    ['CA_KEY_PASSPHRASE', { CA_KEY_PASSPHRASE: 'short' }],
    ['ATTESTATION_KEYS_FILE', { ATTESTATION_KEYS_FILE: '' }],
    ['ATTESTATION_KEYS_FILE', { ATTESTATION_KEYS_FILE: file('text.json', 'no json') }],
    ['WEAK_KEY_LISTS', { WEAK_KEY_LISTS: '/nowhere/blacklist.RSA-2048' }],
    ['WEAK_KEY_LISTS', { WEAK_KEY_LISTS: file('none.txt', '# RSA-2048\nno key\n') }],
    ['ATTESTATION_KEYS_FILE', { ATTESTATION_KEYS_FILE: file('list.json', '[]') }],
    ['ATTESTATION_KEYS_FILE', { ATTESTATION_KEYS_FILE: file('weak.json', JSON.stringify({ A: [jwk(1024)] })) }],
    ['ATTESTATION_KEYS_FILE', { ATTESTATION_KEYS_FILE: file('private.json', JSON.stringify({ A: [jwk(2048, 'privateKey')] })) }],
    [
      'ATTESTATION_KEYS_FILE',
      { ATTESTATION_KEYS_FILE: file('odd.json', JSON.stringify({ A: [{ kty: 'RSA', n: '!', e: 'AQAB' }] })) },
    ],
  ])('worker: %s %#', (name, wrong) => {
    expect(() => readWorkerEnv({ ...worker, ...wrong })).toThrow(EnvError)
    expect(() => readWorkerEnv({ ...worker, ...wrong })).toThrow(new RegExp(`${name}\\b.*\\.$`))
  })
})

describe('what is not set', () => {
  it('has a default that works', () => {
    expect(readWebEnv(web)).toMatchObject({
      port: 3000,
      host: '::',
      publicUrl: 'http://localhost:3000',
      callbackAuth: null,
      simulatorUrl: null,
    })
    expect(readWorkerEnv(worker).hermod).toMatchObject({
      url: 'https://hermod.example:20400/hermod',
      ca: null,
      fqdns: ['hermod.example'],
    })
  })

  it('is made once, and kept for this user only, where it is a secret', () => {
    const first = readWorkerEnv(worker).caKeyPassphrase
    expect(readWorkerEnv(worker).caKeyPassphrase).toBe(first)
    expect(first.length).toBeGreaterThanOrEqual(32)
    expect(statSync(join(folder, 'worker-secrets.json')).mode & 0o777).toBe(0o600)
    expect(readWebEnv(base).sessionSecret).not.toBe(first)
    expect(readFileSync(join(folder, 'web-secrets.json'), 'utf8')).not.toContain(first)
  })

  it('is never the simulator’s password or keys beside a real messaging server', () => {
    const used = join(folder, 'used')
    mkdirSync(used)
    file(
      'used/simulator-access.json',
      JSON.stringify({ clientId: 'c', apiKey: 'k', callbackUser: 'hermod', callbackPassword: 'p' }),
    )
    const beside = { ...web, CERTDESK_DATA_DIR: used }
    expect(readWebEnv(beside).callbackAuth).toEqual({ user: 'hermod', password: 'p' })
    expect(readWebEnv({ ...beside, HERMOD_URL: 'https://hermod.example' }).callbackAuth).toBeNull()
    expect(() => readWorkerEnv({ ...worker, ATTESTATION_KEYS_FILE: undefined })).toThrow(/ATTESTATION_KEYS_FILE is not set/)
  })
})

describe('what is set', () => {
  it('may be a secret in a file', () => {
    expect(
      readWorkerEnv({ ...worker, HERMOD_API_KEY: undefined, HERMOD_API_KEY_FILE: file('key', 'from a file\n') }).hermod.apiKey,
    ).toBe('from a file')
  })

  it('lets plain http pass for this machine only', () => {
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '127.1.2.3'])
      expect(readWorkerEnv({ ...worker, HERMOD_URL: `http://${host}:1/h` }).hermod.url).toBe(`http://${host}:1/h`)
  })

  it('does not give the web anything of the worker’s', () => {
    const all = JSON.stringify(
      readWebEnv({ ...web, ...worker, HERMOD_API_KEY: 'never-in-the-web', CA_KEY_PASSPHRASE: 'never-in-the-web' }),
    )
    expect(all).not.toContain('never-in-the-web')
  })

  it('lists the host names of answers', () => {
    expect(readWorkerEnv({ ...worker, HERMOD_FQDN: 'A.example, b.example' }).hermod.fqdns).toEqual(['a.example', 'b.example'])
  })
})
