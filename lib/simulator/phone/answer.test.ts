import { createPublicKey, verify, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { dummyRequest, provisionCommand, readJws, SUBJECT, SUBJECT_TEXT, someCertificate } from '../test-portal.ts'
import { makeAnswer } from './answer.ts'
import { fromBase64, fromBase64Url, toBase64 } from './bytes.ts'
import { isForKey, readCertificate } from './certificate.ts'
import { readCertificateRequest, writeCertificateRequest } from './certificate-request.ts'
import { derOid, derSequence, derValue } from './der.ts'
import { nameToText } from './distinguished-name.ts'
import { makeKey } from './keys.ts'

const vector = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../e2e/vectors/nexus-example/${name}.json`, import.meta.url), 'utf8'))

const device = { operatingsystem: 'iOS (18.1)', name: 'Åsa’s iPhone', model: 'iPhone' }
const context = async () => ({
  attestation: await makeKey({ extractable: false }),
  device,
  fqdn: '127.0.0.1',
  profileId: crypto.randomUUID(),
  boxUrl: 'http://127.0.0.1:20400/hermod/rest/ms/b',
  extractable: false,
})

const keysOf = (value: object): string[] => Object.keys(value)

/** Verifies a compact RS256 JWS with the key of a JWK, read without what makes the app's JWK odd. */
function verifies(jws: string, { n, e }: { n: string; e: string }): boolean {
  const [header, payload, signature = ''] = jws.split('.')
  const modulus = Buffer.from(n, 'base64url')
  const key = createPublicKey({
    key: { kty: 'RSA', n: modulus.subarray(modulus[0] === 0 ? 1 : 0).toString('base64url'), e },
    format: 'jwk',
  })
  return verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'))
}

describe('the answer has the shape of the published one', () => {
  const published = readJws(vector('provision-callback').provResponse.result.data)
  const publishedInner = readJws(published.payload.profile.signedkeys[0])

  test('members stand in the same order in outer header, payload and inner JWS', async () => {
    const { provCommand } = await provisionCommand()
    const { jws } = await makeAnswer(provCommand, await context())
    const made = readJws(jws)
    const inner = readJws(made.payload.profile.signedkeys[0])
    expect(keysOf(made.header)).toEqual(keysOf(published.header))
    expect(keysOf(made.header.jwk)).toEqual(keysOf(published.header.jwk))
    expect(keysOf(made.payload)).toEqual(keysOf(published.payload))
    expect(keysOf(made.payload.deviceinfo)).toEqual(keysOf(published.payload.deviceinfo))
    expect(keysOf(made.payload.profile)).toEqual(keysOf(published.payload.profile))
    expect(keysOf(inner.header)).toEqual(keysOf(publishedInner.header))
    expect(keysOf(inner.payload)).toEqual(keysOf(publishedInner.payload))
  })

  test('the quirks are there: leading zero octet, n#len, SIG, lower-case keystate, padded sch', async () => {
    const { provCommand } = await provisionCommand()
    const { header, payload } = readJws((await makeAnswer(provCommand, await context())).jws)
    const inner = readJws(payload.profile.signedkeys[0])
    for (const jwk of [header.jwk, published.header.jwk]) {
      expect(jwk['n#len']).toBe('2056')
      expect(fromBase64Url(jwk.n)).toHaveLength(257)
      expect(fromBase64Url(jwk.n)[0]).toBe(0)
      expect(jwk).toMatchObject({ use: 'sig', kid: 'attestation', keystate: 'active', alg: 'RS256', e: 'AQAB', kty: 'RSA' })
    }
    for (const jwk of [inner.payload, publishedInner.payload]) {
      expect(jwk['n#len']).toBe('2048')
      expect(fromBase64Url(jwk.n)).toHaveLength(256)
      expect(jwk).toMatchObject({ use: 'SIG', kid: 'signer', keystate: 'active' })
    }
    for (const { sch } of [header, published.header]) expect(fromBase64(sch)).toHaveLength(32)
    expect(inner.header.nonce).toBe(provCommand.nonce)
    expect(header.nonce).toBe(provCommand.nonce)
  })

  test('signatures verify: outer by the attestation key, inner by the new key, request by the new key over the same subject', async () => {
    const { provCommand } = await provisionCommand()
    const { jws, keys } = await makeAnswer(provCommand, await context())
    const { header, payload } = readJws(jws)
    const [signed] = payload.profile.signedkeys
    expect(verifies(jws, header.jwk)).toBe(true)
    expect(verifies(signed, readJws(signed).payload)).toBe(true)
    expect(verifies(signed, header.jwk)).toBe(false)
    const request = readCertificateRequest(fromBase64(readJws(signed).payload.certreq))
    expect(request.subject).toEqual(SUBJECT)
    expect(keys).toHaveLength(1)
    expect(keys[0]?.privateKey.extractable).toBe(false)
    const spki = new Uint8Array(await crypto.subtle.exportKey('spki', keys[0]?.publicKey as CryptoKey))
    expect(request.spki).toEqual(spki)
  })

  test('attributes of the dummy come back octet for octet, each with its key', async () => {
    const { provCommand } = await provisionCommand()
    const [request] = provCommand.profile.keygenrequests
    const { publicKey, privateKey } = await makeKey({ extractable: false })
    const challenges = ['130161', '0c02c3a4'].map((value) =>
      derSequence(derOid('1.2.840.113549.1.9.7'), derValue(0x31, new Uint8Array(Buffer.from(value, 'hex')))),
    )
    const keygenrequests = await Promise.all(
      challenges.map(async (attribute, i) => {
        const dummy = { subject: SUBJECT, publicKey, signer: privateKey, attributes: [attribute] }
        return { ...request, keyid: `key-${i}`, certreq: toBase64(await writeCertificateRequest(dummy)) }
      }),
    )
    const command = { ...provCommand, profile: { ...provCommand.profile, keygenrequests } } as typeof provCommand
    const { jws } = await makeAnswer(command, await context())
    const returned = readJws(jws).payload.profile.signedkeys.map(
      (key: string) => readCertificateRequest(fromBase64(readJws(key).payload.certreq)).attributes,
    )
    expect(returned).toEqual(challenges.map((attribute) => [attribute]))
  })

  test('the published dummy request, certificate and subject are read', () => {
    const [request] = vector('provision-command').provCommand.profile.keygenrequests
    const dummy = readCertificateRequest(fromBase64(request.certreq))
    expect(nameToText(dummy.subjectAttributes)).toBe(
      'emailAddress=anders.wallbom@nexusgroup.com, CN=Anders Wallbom, OU=Personal Mobile, O=Nexus Group AB, L=Sto, C=SE',
    )
    const der = fromBase64(vector('certificate-command').certCommand.certificates[0].data)
    const certificate = readCertificate(der)
    const reference = new X509Certificate(der)
    expect(certificate.serialNumber).toBe(reference.serialNumber.toLowerCase())
    expect(certificate.notBefore.toISOString()).toBe('2018-04-12T12:07:51.000Z')
    expect(certificate.notAfter).toEqual(new Date(reference.validTo))
    expect(certificate.issuer).toContain('CN=hermod-testapp')
    expect(certificate.subject).toContain('CN=Anders Wallbom')
  })
})

test('two keys are answered in the order asked, each with its own request', async () => {
  const { provCommand } = await provisionCommand()
  const [first] = provCommand.profile.keygenrequests
  const command = { ...provCommand, profile: { ...provCommand.profile, keygenrequests: [first, { ...first, keyid: 'auth' }] } }
  const { jws, keys } = await makeAnswer(command as typeof provCommand, await context())
  const inner = readJws(jws).payload.profile.signedkeys.map(readJws)
  expect(inner.map((one: { payload: { kid: string } }) => one.payload.kid)).toEqual(['signer', 'auth'])
  expect(keys.map(({ keyid }) => keyid)).toEqual(['signer', 'auth'])
  expect(inner[0].payload.certreq).not.toBe(inner[1].payload.certreq)
})

test('a key type that the phone does not have is refused with a sentence', async () => {
  const { provCommand } = await provisionCommand()
  const [request] = provCommand.profile.keygenrequests
  if (!request) throw new Error('no request')
  request.keytypeprios = [{ keytype: 'EC', keylength: '521', responsemechanism: 'ES512' }]
  await expect(makeAnswer(provCommand, await context())).rejects.toMatchObject({ code: 'key_type_unsupported' })
})

test('a subject is shown as RFC 4514 has it, and a certificate is recognised by its key', async () => {
  const { publicKey } = await makeKey({ extractable: false })
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', publicKey))
  const certificate = readCertificate(fromBase64(someCertificate(spki)))
  expect(certificate.subject).toBe(SUBJECT_TEXT)
  expect(certificate.serialNumber).toBe('fe01020304050607')
  expect(await isForKey(certificate, publicKey)).toBe(true)
  expect(await isForKey(certificate, (await makeKey({ extractable: false })).publicKey)).toBe(false)
})

test('a request with anything after its end, or of another version, is not read', async () => {
  const der = fromBase64(await dummyRequest)
  expect(() => readCertificateRequest(new Uint8Array([...der, 5, 0]))).toThrow()
  for (let end = 0; end < der.length; end += 7) expect(() => readCertificateRequest(der.subarray(0, end))).toThrow()
  expect(() => fromBase64(`${toBase64(der)}\n`)).toThrow()
})
