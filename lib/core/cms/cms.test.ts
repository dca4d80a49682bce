import { execFileSync, spawnSync } from 'node:child_process'
import { constants, publicEncrypt, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bytes, readDer, utf8String } from '../asn1/der.ts'
import { OID } from '../asn1/oids.ts'
import { encodeSelfSigned } from '../scep/signer-certificate.ts'
import { toPem } from '../x509/certificate.ts'
import { LEAF_NAME, makeKey, NOW, type TestKey } from '../x509/certificate-fixtures.ts'
import { makeSerial } from '../x509/tbs.ts'
import { CIPHERS, DIGESTS } from './algorithms.ts'
import { decryptEnvelopedData, encodeEnvelopedData, publicKeyFromSpki } from './enveloped-data.ts'
import { CmsError } from './errors.ts'
import { encodeCertificates, encodeSignedData, nameOfCertificate, readSignedData, verifySignedData } from './signed-data.ts'

interface Party extends TestKey {
  certificate: Bytes
  name: { issuer: Uint8Array; serial: Uint8Array }
}

function makeParty(): Party {
  const key = makeKey()
  const certificate = encodeSelfSigned({
    subject: LEAF_NAME,
    spki: key.spki,
    key: key.privateKey,
    serial: makeSerial(randomBytes(16)),
    notBefore: NOW,
    notAfter: new Date(NOW.getTime() + 365 * 86_400_000),
  })
  return { ...key, certificate, name: nameOfCertificate(readDer(certificate)) }
}

const digest = (name: string) => DIGESTS.find((known) => known.name === name) as (typeof DIGESTS)[number]
const cipher = (name: string) => CIPHERS.find((known) => known.name === name) as (typeof CIPHERS)[number]

let party: Party
let other: Party
beforeAll(() => {
  party = makeParty()
  other = makeParty()
})

const CONTENT = Buffer.from('what is signed')
const signed = (digestName = 'SHA-256', content: Buffer | null = CONTENT): Buffer<ArrayBuffer> =>
  encodeSignedData({
    content,
    certificates: [party.certificate],
    signer: { name: party.name, key: party.privateKey, digest: digest(digestName) },
    attributes: [{ type: OID.unstructuredName, value: utf8String('x') }],
  })
const keyOf = (who: Party) => publicKeyFromSpki(who.spki)

describe('SignedData', () => {
  it.each(['SHA-256', 'SHA-384', 'SHA-512'])('is read as it was written, with %s', (name) => {
    const read = readSignedData(signed(name))
    expect(Buffer.from(read.content ?? '')).toEqual(CONTENT)
    expect(verifySignedData(read, keyOf(party), false).has(OID.unstructuredName)).toBe(true)
  })
  it('may have no content at all', () => {
    const read = readSignedData(signed('SHA-256', null))
    expect(read.content).toBeNull()
    verifySignedData(read, keyOf(party), false)
  })
  it('takes SHA-1 only where legacy algorithms are allowed', () => {
    const read = readSignedData(signed('SHA-1'))
    expect(() => verifySignedData(read, keyOf(party), false)).toThrow(/SHA-1/)
    verifySignedData(read, keyOf(party), true)
  })
  it('is refused with another key, another content, another attribute, no signer', () => {
    const bytes = signed()
    expect(() => verifySignedData(readSignedData(bytes), keyOf(other), false)).toThrow(CmsError)
    const changed = Buffer.from(bytes)
    changed[bytes.indexOf(CONTENT)] = 0x57
    expect(() => verifySignedData(readSignedData(changed), keyOf(party), false)).toThrow(/not what was signed/)
    const attribute = Buffer.from(bytes)
    attribute[bytes.indexOf(utf8String('x')) + 2] = 0x79
    expect(() => verifySignedData(readSignedData(attribute), keyOf(party), false)).toThrow(/signature is wrong/)
    expect(() => verifySignedData(readSignedData(encodeCertificates([party.certificate])), keyOf(party), false)).toThrow(
      /not signed/,
    )
  })
  it('never throws anything but its own errors, whatever octet is changed', () => {
    const bytes = signed()
    for (let at = 0; at < bytes.length; at += 7) {
      const bent = Buffer.from(bytes)
      bent[at] = (bent[at] as number) ^ 0x41
      try {
        verifySignedData(readSignedData(bent), keyOf(party), true)
      } catch (error) {
        expect(['CmsError', 'DerError']).toContain((error as Error).name)
      }
    }
  })
})

describe('EnvelopedData', () => {
  const recipient = () => ({ ...party.name, key: keyOf(party) })
  const opener = () => ({ name: party.name, key: party.privateKey })

  it.each(CIPHERS.map(({ name }) => name))('is opened by its recipient: %s', (name) => {
    const bytes = encodeEnvelopedData(CONTENT, recipient(), cipher(name))
    expect(Buffer.from(decryptEnvelopedData(bytes, opener(), true))).toEqual(CONTENT)
    if (cipher(name).legacy) expect(() => decryptEnvelopedData(bytes, opener(), false)).toThrow(/encrypted with DES/)
    else expect(Buffer.from(decryptEnvelopedData(bytes, opener(), false))).toEqual(CONTENT)
  })
  it('is opened by nobody else', () => {
    const bytes = encodeEnvelopedData(CONTENT, recipient(), cipher('AES-128'))
    expect(() => decryptEnvelopedData(bytes, { name: other.name, key: other.privateKey }, false)).toThrow(
      /not encrypted for this recipient/,
    )
  })
  it('says the same of a wrong padding as of a wrong key: nothing to learn', () => {
    // Long enough that a random key does not by chance leave a right padding behind.
    const bytes = encodeEnvelopedData(Buffer.alloc(64, 7), recipient(), cipher('AES-256'))
    const at = (part: Uint8Array): number => bytes.indexOf(part)
    const node = readDer(bytes).children[1]?.children[0]?.children[1]?.children[0]?.children[3]
    const place = at(node?.value ?? new Uint8Array())
    const replace = (block: Buffer): string => {
      const bent = Buffer.from(bytes)
      block.copy(bent, place)
      try {
        decryptEnvelopedData(bent, opener(), false)
        return 'opened'
      } catch (error) {
        return (error as Error).message
      }
    }
    const raw = (block: Buffer): Buffer => publicEncrypt({ key: keyOf(party), padding: constants.RSA_NO_PADDING }, block)
    const padded = (length: number): Buffer =>
      Buffer.concat([Buffer.of(0, 2), Buffer.alloc(256 - 3 - length, 1), Buffer.of(0), Buffer.alloc(length, 9)])
    const wrongFirst = padded(32)
    wrongFirst[1] = 1
    const zeroInside = padded(32)
    zeroInside[40] = 0
    const seen = [wrongFirst, zeroInside, padded(16), padded(32), Buffer.alloc(256, 0)].map((block) => replace(raw(block)))
    // One random key in 256 leaves a right padding; three in a row do not.
    expect(seen.filter((message) => message === 'it cannot be decrypted').length).toBeGreaterThanOrEqual(3)
    expect(new Set(seen.filter((message) => message !== 'opened'))).toEqual(new Set(['it cannot be decrypted']))
    expect(replace(Buffer.alloc(256, 0xff))).toMatch(/cannot be decrypted|opened/)
  })
})

const hasOpenssl = spawnSync('openssl', ['version']).status === 0
describe.runIf(hasOpenssl)('OpenSSL, a reader and writer of another make', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'certdesk-cms-'))
    writeFileSync(join(folder, 'cert.pem'), toPem('CERTIFICATE', party.certificate))
    writeFileSync(join(folder, 'key.pem'), party.privateKey.export({ format: 'pem', type: 'pkcs8' }))
    writeFileSync(join(folder, 'content'), CONTENT)
  })
  afterAll(() => rmSync(folder, { recursive: true }))
  const openssl = (...args: string[]): Buffer => execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })

  it('verifies what we sign', () => {
    writeFileSync(join(folder, 'signed'), signed())
    expect(openssl('cms', '-verify', '-inform', 'DER', '-in', 'signed', '-noverify', '-binary')).toEqual(CONTENT)
  })
  it('opens what we encrypt', () => {
    for (const name of ['AES-128', 'AES-256', 'DES3']) {
      writeFileSync(join(folder, 'sealed'), encodeEnvelopedData(CONTENT, { ...party.name, key: keyOf(party) }, cipher(name)))
      const opened = openssl(
        'cms',
        '-decrypt',
        '-inform',
        'DER',
        '-in',
        'sealed',
        '-recip',
        'cert.pem',
        '-inkey',
        'key.pem',
        '-binary',
      )
      expect(opened).toEqual(CONTENT)
    }
  })
  it.each([['DER'], ['BER, streamed']])('signs and encrypts what we read: %s', (form) => {
    const stream = form === 'DER' ? [] : ['-stream']
    openssl('cms', '-sign', '-binary', '-nodetach', '-md', 'sha256', '-in', 'content', '-signer', 'cert.pem', '-inkey', 'key.pem', '-outform', 'DER', '-out', 'theirs', ...stream) // biome-ignore format: arguments
    const read = readSignedData(readFileSync(join(folder, 'theirs')))
    verifySignedData(read, keyOf(party), false)
    expect(Buffer.from(read.content ?? '')).toEqual(CONTENT)
    openssl('cms', '-encrypt', '-binary', '-aes-256-cbc', '-in', 'content', '-outform', 'DER', '-out', 'theirs-sealed', ...stream, 'cert.pem') // biome-ignore format: arguments
    const opened = decryptEnvelopedData(
      readFileSync(join(folder, 'theirs-sealed')),
      { name: party.name, key: party.privateKey },
      false,
    )
    expect(Buffer.from(opened)).toEqual(CONTENT)
  })
  it('lists the certificates of a degenerate message', () => {
    writeFileSync(join(folder, 'certs'), encodeCertificates([party.certificate, other.certificate]))
    const text = openssl('pkcs7', '-inform', 'DER', '-in', 'certs', '-print_certs').toString()
    expect(text.match(/BEGIN CERTIFICATE/g)).toHaveLength(2)
    openssl('crl2pkcs7', '-nocrl', '-certfile', 'cert.pem', '-outform', 'DER', '-out', 'theirs-certs')
    const [only] = readSignedData(readFileSync(join(folder, 'theirs-certs'))).certificates
    expect(Buffer.from(only?.bytes ?? '')).toEqual(Buffer.from(party.certificate))
  })
})
