import { createHash, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { extension } from '#e2e/builders/answer.ts'
import { type Bytes, context, contextPrimitive, enumerated, octetString, oid, readDer, seq } from '../asn1/der.ts'
import { OID } from '../asn1/oids.ts'
import {
  build,
  caExtensions,
  DAY_MS,
  daysFromNow,
  ISSUING_NAME,
  issuingPlan,
  LEAF_NAME,
  makeCa,
  makeKey,
  NOW,
  type Plan,
  ROOT_NAME,
  type TestKey,
} from './certificate-fixtures.ts'
import { openChain } from './chain.ts'
import { encodeEntries, encodeTbsCertList } from './crl.ts'
import { basicConstraints, extendedKeyUsage, keyIdentifier, keyUsage, subjectKeyIdentifier } from './extensions.ts'
import { encodeOcspRequest, readOcspRequest } from './ocsp-request.ts'
import {
  type CertificateStatus,
  encodeOcspResponse,
  encodeResponseData,
  type OcspErrorStatus,
  ocspError,
  type ResponseFields,
} from './ocsp-response.ts'
import { readStatusFromCrl, readStatusFromOcsp, type StatusQuestion, type StatusReading } from './published-status.ts'
import { assembleSigned, makeSerial, SHA256_WITH_RSA } from './tbs.ts'

const SERIAL = '41000000000000000000000000000002'
const OTHER_SERIAL = '41000000000000000000000000000003'
const ca = makeCa()
const stranger = makeKey()
const question: StatusQuestion = { chain: ca.chain, serialNumber: SERIAL, now: NOW }
const revokedAt = daysFromNow(-3)
const REVOKED: CertificateStatus = { status: 'revoked', revokedAt, reason: 'keyCompromise' }

const detailOf = (reading: StatusReading): string => (reading.ok ? `believed: ${reading.seen.status}` : reading.detail)

// --- OCSP

const responderKey = makeKey()
const NAME_OF_RESPONDER = LEAF_NAME
const NONCE = Uint8Array.from({ length: 32 }, (_, n) => n)

/** The responder's certificate, with parts made wrong. */
const responderOf = (over: Partial<Plan> = {}): Bytes =>
  build({
    ...issuingPlan(ca.root, responderKey),
    issuerName: ISSUING_NAME,
    signer: ca.issuing,
    subject: NAME_OF_RESPONDER,
    notBefore: daysFromNow(-1),
    notAfter: daysFromNow(30),
    serial: makeSerial(Buffer.alloc(16, 9)),
    extensions: [basicConstraints(null), extendedKeyUsage(['OCSPSigning'])],
    ...over,
  }).der
const responder = responderOf()

const certIdOf = (serialNumber: string): Bytes =>
  readOcspRequest(encodeOcspRequest(ca.chain.signer, serialNumber, NONCE)).certIds[0]?.bytes as Bytes

interface Answer extends Partial<ResponseFields> {
  serialNumber?: string
  status?: CertificateStatus
  certificate?: Bytes
  signer?: TestKey
  /** Replaces the DER of ResponseData before it is signed. */
  bend?: (data: Bytes) => Bytes
}

function answer(over: Answer = {}): Bytes {
  const { serialNumber = SERIAL, status = REVOKED, certificate = responder, signer = responderKey, bend, ...fields } = over
  const made = encodeResponseData({
    responderSpki: responderKey.spki,
    producedAt: NOW,
    thisUpdate: NOW,
    nextUpdate: daysFromNow(1),
    responses: [{ certId: certIdOf(serialNumber), status }],
    nonce: octetString(NONCE),
    ...fields,
  })
  const data = bend?.(made) ?? made
  return encodeOcspResponse(data, sign('sha256', data, signer.privateKey), certificate)
}

/** The answer with the list of certificates taken off. */
function withoutCertificates(der: Bytes): Bytes {
  const basic = readDer(readDer(der).children[1]?.children[0]?.children[1]?.value as Bytes)
  const members = basic.children.slice(0, 3).map((node) => node.bytes)
  return seq(enumerated(0), context(0, seq(oid(OID['id-pkix-ocsp-basic']), octetString(seq(...members)))))
}

const ocsp = (der: Bytes, over: Partial<StatusQuestion> = {}, nonce: Uint8Array = NONCE): StatusReading =>
  readStatusFromOcsp(der, { ...question, ...over }, nonce)

/** ResponseData with further members of its one SingleResponse in the place of nextUpdate. */
const afterThisUpdate =
  (...members: Uint8Array[]) =>
  (data: Bytes) => {
    const [id, producedAt, singles, extensions] = readDer(data).children
    const kept = singles?.children[0]?.children.slice(0, 3).map(({ bytes }) => bytes) ?? []
    const parts = [id?.bytes, producedAt?.bytes, seq(seq(...kept, ...members)), extensions?.bytes]
    return seq(...parts.filter((part) => part !== undefined))
  }

describe('an OCSP response of a responder that the CA named', () => {
  it.each<CertificateStatus>([
    REVOKED,
    { status: 'good' },
    { status: 'revoked', revokedAt, reason: 'certificateHold' },
    { status: 'revoked', revokedAt, reason: 'unspecified' },
  ])('is believed: %o', (status) => {
    const expected = { ok: true, seen: status, thisUpdate: NOW, nextUpdate: daysFromNow(1), crlNumber: null }
    expect(ocsp(answer({ status }))).toEqual(expected)
  })

  it('is believed without a nonce while it is of now (RFC 5019)', () => {
    expect(ocsp(answer({ nonce: null }))).toMatchObject({ ok: true, seen: REVOKED })
  })

  it('is found among others, and does not speak of theirs', () => {
    const responses = [
      { certId: certIdOf(OTHER_SERIAL), status: { status: 'good' } as const },
      { certId: certIdOf(SERIAL), status: REVOKED },
    ]
    expect(ocsp(answer({ responses }))).toMatchObject({ ok: true, seen: REVOKED })
  })

  it('is believed within five minutes of difference between clocks', () => {
    const now = (seconds: number) => ({ now: new Date(NOW.getTime() + seconds * 1000) })
    expect(ocsp(answer(), now(-290)).ok).toBe(true)
    expect(ocsp(answer(), now(86_400 + 290)).ok).toBe(true)
  })

  it('without nextUpdate is believed with our nonce, or while it is a day old at most', () => {
    const old = { thisUpdate: daysFromNow(-2), bend: afterThisUpdate() }
    expect(ocsp(answer(old))).toMatchObject({ ok: true, nextUpdate: null })
    expect(ocsp(answer({ nonce: null, bend: afterThisUpdate() })).ok).toBe(true)
    expect(detailOf(ocsp(answer({ ...old, nonce: null })))).toMatch(/does not say until when it holds/)
  })
})

describe('an OCSP response is not believed', () => {
  it.each<[string, Bytes, RegExp]>([
    ['signed by somebody else', answer({ signer: stranger }), /signature is not the responder’s/],
    [
      'whose responder belongs to another CA',
      answer({ certificate: responderOf({ issuerName: ROOT_NAME, signer: ca.root }) }),
      /of another CA/,
    ],
    [
      'whose responder only claims the CA’s name',
      answer({ certificate: responderOf({ signer: stranger }) }),
      /not signed by the CA/,
    ],
    [
      'whose responder may not sign OCSP responses',
      answer({ certificate: responderOf({ extensions: [extendedKeyUsage(['clientAuth'])] }) }),
      /not for signing OCSP responses/,
    ],
    [
      'whose responder has no extended key usage',
      answer({ certificate: responderOf({ extensions: [basicConstraints(null)] }) }),
      /not for signing OCSP responses/,
    ],
    ['whose responder has ended', answer({ certificate: responderOf({ notAfter: daysFromNow(-0.5) }) }), /not valid now/],
    ['whose responder is of the future', answer({ certificate: responderOf({ notBefore: daysFromNow(0.5) }) }), /not valid now/],
    ['without its responder’s certificate', withoutCertificates(answer()), /did not come along/],
    ['with the certificate of somebody else', answer({ responderSpki: stranger.spki }), /did not come along/],
    ['about another serial number', answer({ serialNumber: OTHER_SERIAL }), /nothing about this certificate/],
    ['with another nonce', answer({ nonce: octetString(new Uint8Array(32)) }), /its nonce is not ours/],
    ['with half of the nonce', answer({ nonce: octetString(NONCE.subarray(0, 16)) }), /its nonce is not ours/],
    ['that does not know the certificate', answer({ status: { status: 'unknown' } }), /does not know the certificate/],
    ['that has ended', answer({ thisUpdate: daysFromNow(-3), nextUpdate: daysFromNow(-1) }), /^It ended at/],
    ['of the future', answer({ thisUpdate: daysFromNow(1), nextUpdate: daysFromNow(2) }), /of the future/],
    [
      'with a critical extension that nobody knows',
      answer({ bend: afterThisUpdate(context(1, seq(extension('1.2.3', seq(), true)))) }),
      /critical extension 1\.2\.3/,
    ],
    ['with a field that does not belong there', answer({ bend: afterThisUpdate(contextPrimitive(5, NONCE)) }), /cannot be read/],
    ['of another kind', seq(enumerated(0), context(0, seq(oid('1.2.3'), octetString(seq())))), /no basic response/],
    ['with nothing in it', seq(enumerated(0)), /cannot be read/],
    ['that is a web page', Buffer.from('<!doctype html><title>Sign in</title>') as Bytes, /cannot be read/],
    ['that is empty', new Uint8Array() as Bytes, /cannot be read/],
    ['with a byte after its end', Buffer.concat([answer(), Buffer.of(0)]) as Bytes, /cannot be read/],
  ])('%s', (_name, der, sentence) => expect(detailOf(ocsp(der))).toMatch(sentence))

  it.each<OcspErrorStatus>(['malformedRequest', 'internalError', 'tryLater', 'unauthorized'])('that is the error %s', (status) =>
    expect(detailOf(ocsp(ocspError(status)))).toBe(`The responder said ${status}.`),
  )

  it('with another issuer’s hashes', () => {
    const others = openChain([build({ ...issuingPlan(ca.root, stranger) }).der, ca.rootDer])
    const certId = readOcspRequest(encodeOcspRequest(others.signer, SERIAL, NONCE)).certIds[0]?.bytes as Bytes
    expect(detailOf(ocsp(answer({ responses: [{ certId, status: REVOKED }] })))).toMatch(/nothing about this certificate/)
  })

  it('with any byte changed, and never throws', () => {
    const der = answer()
    for (let at = 0; at < der.length; at++) {
      const bent = Uint8Array.from(der) as Bytes
      bent[at] = (bent[at] as number) ^ 0x01
      const reading = ocsp(bent)
      // What only wraps the signed part may differ in the certificate's own encoding; the word that is believed may not.
      if (reading.ok) expect({ at, seen: reading.seen }).toEqual({ at, seen: REVOKED })
    }
  })

  it('cut off anywhere, and never throws', () => {
    const der = answer()
    for (let length = 0; length < der.length; length++) expect(ocsp(der.subarray(0, length) as Bytes).ok).toBe(false)
  })
})

// --- CRLs

interface List {
  issuer?: Uint8Array
  signer?: TestKey
  thisUpdate?: Date
  nextUpdate?: Date
  serials?: readonly string[]
  /** Further extensions of the list. */
  extensions?: readonly Uint8Array[]
}

function list(over: List = {}): Bytes {
  const { signer = ca.issuing, issuer = ISSUING_NAME, serials = [SERIAL], extensions = [] } = over
  const made = encodeTbsCertList({
    issuer,
    keyIdentifier: keyIdentifier(signer.spki),
    number: 42,
    thisUpdate: over.thisUpdate ?? NOW,
    nextUpdate: over.nextUpdate ?? daysFromNow(7),
    entries: encodeEntries(serials.map((serialNumber) => ({ serialNumber, revokedAt, reason: 'keyCompromise' }))),
  })
  const members = readDer(made).children
  const kept = members.at(-1)?.children[0]?.children.map(({ bytes }) => bytes) ?? []
  const tbs = seq(...members.slice(0, -1).map(({ bytes }) => bytes), context(0, seq(...kept, ...extensions)))
  return assembleSigned(tbs, SHA256_WITH_RSA, sign('sha256', tbs, signer.privateKey))
}

const crl = (der: Bytes, over: Partial<StatusQuestion> = {}): StatusReading => readStatusFromCrl(der, { ...question, ...over })
/** issuingDistributionPoint (RFC 5280 §5.2.5) with one field. */
const distributionPoint = (tag: number, value: Uint8Array): Uint8Array =>
  extension(OID['id-ce-issuingDistributionPoint'], seq(contextPrimitive(tag, value)), true)

describe('a CRL of the CA', () => {
  it('is believed, of who stands in it and who does not', () => {
    const common = { ok: true, thisUpdate: NOW, nextUpdate: daysFromNow(7), crlNumber: 42 }
    expect(crl(list())).toEqual({ ...common, seen: REVOKED })
    expect(crl(list({ serials: [OTHER_SERIAL] }))).toEqual({ ...common, seen: { status: 'good' } })
    expect(crl(list({ serials: [] }))).toEqual({ ...common, seen: { status: 'good' } })
  })

  it('is believed where it is about users’ certificates only', () => {
    expect(crl(list({ extensions: [distributionPoint(1, Uint8Array.of(0xff))] })).ok).toBe(true)
  })

  it('of a certificate that is not for signing lists proves nothing', () => {
    const signer = build({
      ...issuingPlan(ca.root, ca.issuing),
      extensions: [
        basicConstraints({ pathLength: 0 }),
        keyUsage(['keyCertSign']),
        subjectKeyIdentifier(keyIdentifier(ca.issuing.spki)),
        ...caExtensions(ca.issuing, ca.root, 0).slice(3),
      ],
    }).der
    expect(detailOf(crl(list(), { chain: openChain([signer, ca.rootDer]) }))).toMatch(/not for signing CRLs/)
  })

  it.each<[string, Bytes, RegExp]>([
    ['of another issuer', list({ issuer: ROOT_NAME, signer: ca.root }), /of another issuer/],
    ['in the CA’s name by somebody else', list({ signer: stranger }), /signature is not the CA’s/],
    ['that has ended', list({ thisUpdate: daysFromNow(-8), nextUpdate: daysFromNow(-1) }), /^It ended at/],
    ['of the future', list({ thisUpdate: daysFromNow(1) }), /of the future/],
    ['about CAs only', list({ extensions: [distributionPoint(2, Uint8Array.of(0xff))] }), /only a part/],
    ['about some reasons only', list({ extensions: [distributionPoint(3, Uint8Array.of(0, 0x40))] }), /only a part/],
    ['about other issuers too', list({ extensions: [distributionPoint(4, Uint8Array.of(0xff))] }), /only a part/],
    ['about attributes only', list({ extensions: [distributionPoint(5, Uint8Array.of(0xff))] }), /only a part/],
    ['that is a web page', Buffer.from('<!doctype html>') as Bytes, /cannot be read/],
    ['that is empty', new Uint8Array() as Bytes, /cannot be read/],
    ['with a byte after its end', Buffer.concat([list(), Buffer.of(0)]) as Bytes, /cannot be read/],
  ])('%s is not believed', (_name, der, sentence) => expect(detailOf(crl(der))).toMatch(sentence))

  it('with any byte changed, or cut off anywhere, is not believed and never throws', () => {
    const der = list()
    for (let at = 0; at < der.length; at++) {
      const bent = Uint8Array.from(der) as Bytes
      bent[at] = (bent[at] as number) ^ 0x01
      expect({ at, ok: crl(bent).ok }).toEqual({ at, ok: false })
      expect(crl(der.subarray(0, at) as Bytes).ok).toBe(false)
    }
  })
})

// --- What OpenSSL makes (e2e/vectors/openssl-status/README.md)

const vectors = new URL('../../../e2e/vectors/openssl-status/', import.meta.url)
const vector = (name: string): Bytes => Uint8Array.from(readFileSync(new URL(name, vectors)))
const text = (name: string): string => readFileSync(new URL(name, vectors), 'utf8')
const MADE_AT = new Date(text('made-at.txt').trim())
const NONCES = new Map(
  text('nonces.txt')
    .trim()
    .split('\n')
    .map((line) => line.split(' ') as [string, string]),
)
const theirs = (serial: number, authority = 'ca.cer', now = new Date(MADE_AT.getTime() + 2 * DAY_MS)): StatusQuestion => ({
  chain: openChain([vector(authority)]),
  serialNumber: `4100000000000000000000000000000${serial}`,
  now,
})
const theirAnswer = (name: string, asked: StatusQuestion): StatusReading =>
  readStatusFromOcsp(vector(`${name}.der`), asked, Buffer.from(NONCES.get(name) ?? '', 'hex'))

const KEY_COMPROMISE = { status: 'revoked', revokedAt: new Date('2026-11-20T10:11:12Z'), reason: 'keyCompromise' }
const HELD = { status: 'revoked', revokedAt: new Date('2026-11-21T10:11:12Z'), reason: 'certificateHold' }
const NO_REASON = { status: 'revoked', revokedAt: new Date('2026-11-22T10:11:12Z'), reason: 'unspecified' }

describe('what OpenSSL says', () => {
  it.each([
    ['good', theirs(1), { status: 'good' }],
    ['revoked', theirs(2), KEY_COMPROMISE],
    ['held', theirs(3), HELD],
    ['revoked-without-reason', theirs(4), NO_REASON],
    ['responder-by-key', theirs(2), KEY_COMPROMISE],
    ['by-the-ca', theirs(2), KEY_COMPROMISE],
    ['by-an-ec-ca', theirs(2, 'ec-ca.cer'), KEY_COMPROMISE],
    ['without-nonce', theirs(2), KEY_COMPROMISE],
    ['without-next-update', theirs(2), KEY_COMPROMISE],
    ['without-nonce-and-next-update', theirs(2, 'ca.cer', MADE_AT), KEY_COMPROMISE],
  ])('by OCSP, %s, is read', (name, asked, seen) => expect(theirAnswer(name, asked)).toMatchObject({ ok: true, seen }))

  it.each<[string, StatusQuestion, RegExp]>([
    ['unknown', theirs(9), /does not know the certificate/],
    ['good', theirs(2), /nothing about this certificate/],
    ['revoked', theirs(2, 'ec-ca.cer'), /another CA/],
    ['without-certificate', theirs(2), /did not come along/],
    ['responder-ended', theirs(2), /not valid now/],
    ['responder-not-for-ocsp', theirs(2), /not for signing OCSP responses/],
    ['responder-of-another-ca', theirs(2), /another CA/],
    ['without-nonce-and-next-update', theirs(2), /does not say until when it holds/],
    ['revoked', theirs(2, 'ca.cer', new Date(MADE_AT.getTime() + 8 * DAY_MS)), /^It ended at/],
  ])('by OCSP, %s, is not believed', (name, asked, sentence) => expect(detailOf(theirAnswer(name, asked))).toMatch(sentence))

  it('in another session is not the answer to ours', () => {
    const reading = readStatusFromOcsp(vector('revoked.der'), theirs(2), createHash('sha256').update('another').digest())
    expect(detailOf(reading)).toMatch(/its nonce is not ours/)
  })

  it.each([
    ['list.crl', 'ca.cer', 0x2a],
    ['ec-list.crl', 'ec-ca.cer', 0x2b],
  ])('in %s is read', (file, authority, crlNumber) => {
    const read = (serial: number) => readStatusFromCrl(vector(file), theirs(serial, authority))
    expect(read(1)).toMatchObject({ ok: true, seen: { status: 'good' }, crlNumber })
    expect(read(2)).toMatchObject({ ok: true, seen: KEY_COMPROMISE })
    expect(read(3)).toMatchObject({ ok: true, seen: HELD })
    expect(read(4)).toMatchObject({ ok: true, seen: NO_REASON })
  })
})
