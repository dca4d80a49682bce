import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { extension } from '#e2e/builders/answer.ts'
import { type Bytes, bitString, nul, oid, readDer, seq } from '../asn1/der.ts'
import { OID } from '../asn1/oids.ts'
import { CIPHERS, DIGESTS } from '../cms/algorithms.ts'
import { publicKeyFromSpki } from '../cms/enveloped-data.ts'
import { encodeCertificates, nameOfCertificate } from '../cms/signed-data.ts'
import {
  build,
  daysFromNow,
  issuingPlan,
  LEAF_NAME,
  leafPlan,
  makeCa,
  makeKey,
  NOW,
  type TestCa,
  type TestKey,
} from '../x509/certificate-fixtures.ts'
import { basicConstraints, keyUsage } from '../x509/extensions.ts'
import { encodeName } from '../x509/name.ts'
import { makeSerial } from '../x509/tbs.ts'
import { answerSigners, chooseRecipient, fingerprintOf, readCaCertificates } from './ca-certificates.ts'
import { chooseAlgorithms, parseCapabilities } from './capabilities.ts'
import { type Asked, readCertRep } from './reply.ts'
import { encodePkiRequest } from './request.ts'
import { decryptPkiMessage, encodeCertRep, openPkiMessage, type Responder, type Verdict } from './serve.ts'
import { encodeSelfSigned } from './signer-certificate.ts'
import { MESSAGE_TYPES } from './types.ts'

const CIPHER = CIPHERS[0] as (typeof CIPHERS)[number]
const DIGEST = DIGESTS[0] as (typeof DIGESTS)[number]

let ca: TestCa
let raKey: TestKey
let ra: Bytes
let client: TestKey
let clientCertificate: Bytes
let leaf: Bytes

function makeRa(key: TestKey, from: number, to: number, signer: TestKey = ca.issuing): Bytes {
  return build({
    ...issuingPlan(ca.root, ca.issuing),
    signer,
    issuerName: issuingPlan(ca.root, ca.issuing).subject,
    subject: encodeName([{ type: 'CN', value: 'RA' }]),
    spki: key.spki,
    serial: makeSerial(randomBytes(16)),
    notBefore: daysFromNow(from),
    notAfter: daysFromNow(to),
    extensions: [basicConstraints(null), keyUsage(['digitalSignature', 'keyEncipherment'])],
  }).der
}

beforeAll(() => {
  ca = makeCa()
  raKey = makeKey()
  ra = makeRa(raKey, -10, 100)
  client = makeKey()
  clientCertificate = encodeSelfSigned({
    subject: LEAF_NAME,
    spki: client.spki,
    key: client.privateKey,
    serial: makeSerial(randomBytes(16)),
    notBefore: daysFromNow(-1),
    notAfter: daysFromNow(1),
  })
  leaf = build(leafPlan(ca, makeKey())).der
})

describe('GetCACert', () => {
  const read = (certificates: Bytes[], pin: Bytes) => readCaCertificates(encodeCertificates(certificates), fingerprintOf(pin))

  it('is believed by the pinned fingerprint: of the issuing CA, or of the root above it', () => {
    const known = read([ra, ca.issuingDer], ca.issuingDer)
    expect(known.chain.map(fingerprintOf)).toEqual([fingerprintOf(ca.issuingDer)])
    expect(known.ras).toHaveLength(1)
    const whole = read([ra, ca.rootDer, ca.issuingDer], ca.rootDer)
    expect(whole.chain.map(fingerprintOf)).toEqual([ca.issuingDer, ca.rootDer].map(fingerprintOf))
    expect(chooseRecipient(whole, NOW).certificate.der).toEqual(Buffer.from(ra))
  })
  it('may be one certificate as it is', () => {
    expect(readCaCertificates(ca.rootDer, fingerprintOf(ca.rootDer)).ras).toEqual([])
  })
  it('is refused with another fingerprint, which it names, and as something that is no certificate', () => {
    expect(() => read([ca.issuingDer], ca.rootDer)).toThrow(fingerprintOf(ca.issuingDer))
    expect(() => readCaCertificates(Buffer.from('<html>'), fingerprintOf(ca.rootDer))).toThrow(/is none/)
    expect(() => read([ra, ca.issuingDer], ra)).toThrow(/not a CA/)
  })
  it('leaves aside a registration authority that the CA did not sign', () => {
    const foreign = makeRa(raKey, -10, 100, makeKey())
    const known = read([foreign, ca.issuingDer], ca.issuingDer)
    expect(known.ras).toEqual([])
    expect(chooseRecipient(known, NOW)).toBe(known.issuing)
  })
  it('leaves aside a certificate whose key or extensions cannot be read (found by mutation)', () => {
    const plan = issuingPlan(ca.root, ca.issuing)
    const strange = [
      build({ ...plan, spki: seq(seq(oid(OID.rsaEncryption), nul()), bitString(seq(nul()))) }).der,
      build({ ...plan, extensions: [extension(OID['id-ce-basicConstraints'], seq(nul(), nul(), nul()))] }).der,
      build({ ...plan, extensions: [extension(OID['id-ce-keyUsage'], nul())] }).der,
    ]
    const known = read([...strange, ca.issuingDer, ca.rootDer], ca.rootDer)
    expect(known.chain.map(fingerprintOf)).toEqual([ca.issuingDer, ca.rootDer].map(fingerprintOf))
    expect(known.ras).toEqual([])
  })
  it('with an expired registration authority gives nobody to encrypt to, and says until when it was valid', () => {
    const known = read([makeRa(raKey, -100, -1), ca.issuingDer], ca.issuingDer)
    expect(() => chooseRecipient(known, NOW)).toThrow(/registration authority is valid from .* to 2026-11-23/)
    expect(answerSigners(known, NOW)).toEqual([known.issuing])
  })
})

describe('algorithms', () => {
  it.each([
    ['SCEPStandard', 'SHA-256', 'AES-128', true],
    ['AES\r\nSHA-256\r\n', 'SHA-256', 'AES-128', false],
    ['aes\nsha-512\nPOSTPKIOperation', 'SHA-512', 'AES-128', true],
  ])('%j gives %s and %s', (text, digest, cipher, post) => {
    expect(chooseAlgorithms(parseCapabilities(text), false)).toMatchObject({
      digest: { name: digest },
      cipher: { name: cipher },
      post,
    })
  })
  it('are the old ones only where that is allowed', () => {
    expect(chooseAlgorithms(parseCapabilities('DES3\nSHA-1'), false)).toMatch(/SHA-1/)
    expect(chooseAlgorithms(parseCapabilities('DES3'), true)).toMatchObject({
      digest: { name: 'SHA-1' },
      cipher: { name: 'DES3' },
    })
    expect(chooseAlgorithms(parseCapabilities(''), true)).toMatchObject({ cipher: { name: 'DES' } })
    expect(chooseAlgorithms(parseCapabilities('SHA-256'), false)).toMatch(/Triple-DES/)
  })
})

describe('a transaction', () => {
  const senderNonce = randomBytes(16)
  const name = (der: Bytes) => {
    const { issuer, serial } = nameOfCertificate(readDer(der))
    return { issuer, serial }
  }
  const request = (): Buffer<ArrayBuffer> =>
    encodePkiRequest({
      messageType: MESSAGE_TYPES.PKCSReq,
      transactionId: 'abc',
      senderNonce,
      content: Buffer.from('the PKCS#10'),
      signer: { certificate: clientCertificate, key: client.privateKey },
      recipient: { ...name(ra), key: publicKeyFromSpki(raKey.spki) },
      cipher: CIPHER,
      digest: DIGEST,
    })
  const responder = (): Responder => ({ certificate: ra, key: raKey.privateKey })
  const reply = (verdict: Verdict, by: Responder = responder(), change = {}): Bytes =>
    encodeCertRep({ ...openPkiMessage(request(), false), ...change }, verdict, by, randomBytes(16))
  const asked = (): Asked => ({
    transactionId: 'abc',
    senderNonce,
    signers: answerSigners(readCaCertificates(encodeCertificates([ra, ca.issuingDer]), fingerprintOf(ca.issuingDer)), NOW),
    recipient: { name: name(clientCertificate), key: client.privateKey },
    legacy: false,
  })

  it('carries the request to the server and the certificate back', () => {
    const message = openPkiMessage(request(), false)
    expect(message).toMatchObject({ messageType: '19', transactionId: 'abc', cipher: { name: 'AES-128' } })
    const content = decryptPkiMessage(message, { name: name(ra), key: raKey.privateKey }, false)
    expect(Buffer.from(content).toString()).toBe('the PKCS#10')
    const read = readCertRep(reply({ status: 'success', certificates: [leaf, ca.issuingDer] }), asked())
    expect(read).toEqual({ status: 'success', certificate: Buffer.from(leaf) })
  })
  it('may be pending, or fail with a reason', () => {
    expect(readCertRep(reply({ status: 'pending' }), asked())).toEqual({ status: 'pending' })
    const failed = reply({ status: 'failure', failInfo: 'badRequest', text: 'no such challenge' })
    expect(readCertRep(failed, asked())).toEqual({ status: 'failure', failInfo: 'badRequest', text: 'no such challenge' })
  })
  it.each<[string, () => Bytes, RegExp]>([
    ['another transaction', () => reply({ status: 'pending' }, responder(), { transactionId: 'abd' }), /another transaction/],
    ['another nonce', () => reply({ status: 'pending' }, responder(), { senderNonce: randomBytes(16) }), /recipientNonce/],
    [
      'a signer that calls itself the RA',
      () => reply({ status: 'pending' }, { certificate: ra, key: makeKey().privateKey }),
      /signature is wrong/,
    ],
    [
      'another signer',
      () => reply({ status: 'pending' }, { certificate: clientCertificate, key: client.privateKey }),
      /somebody else/,
    ],
    [
      'two certificates',
      () => reply({ status: 'success', certificates: [leaf, build(leafPlan(ca, makeKey())).der] }),
      /2 certificates/,
    ],
    ['no certificate', () => reply({ status: 'success', certificates: [ca.issuingDer] }), /no certificate/],
    ['our own request', () => request(), /somebody else/],
    ['no signature', () => encodeCertificates([leaf]), /not signed/],
    ['half of it', () => reply({ status: 'pending' }).subarray(0, 400), /cannot be read/],
    ['nothing', () => Buffer.alloc(0), /cannot be read/],
    ['a web page', () => Buffer.from('<html><body>Sign in</body></html>'), /cannot be read/],
  ])('is not believed: %s', (_what, make, problem) => {
    expect(() => readCertRep(make(), asked())).toThrow(problem)
  })
  it('in an old algorithm is believed only where that is allowed', () => {
    const old = { digest: DIGESTS.find((known) => known.legacy), cipher: CIPHERS.find((known) => known.name === 'DES') }
    const bytes = reply({ status: 'success', certificates: [leaf] }, responder(), old)
    expect(() => readCertRep(bytes, asked())).toThrow(/SHA-1/)
    expect(readCertRep(bytes, { ...asked(), legacy: true }).status).toBe('success')
    const cipherOnly = reply({ status: 'success', certificates: [leaf] }, responder(), { cipher: old.cipher })
    expect(() => readCertRep(cipherOnly, asked())).toThrow(/encrypted with DES/)
  })
})
