/**
 * Two readers, one meaning: whatever our strict readers and jose or @peculiar/x509 both accept, they read alike: header, payload, key and
 * thumbprint of a JWS; subject, key, attributes and signature of a PKCS#10; all fields of certificates and revocation lists. The exceptions
 * are named where they are made, in other-readers.ts.
 */
import { createPublicKey, X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { JWS_ALGORITHMS, type JwsAlg } from '#lib/core/jws/algorithms.ts'
import { readCompact, verifySegments } from '#lib/core/jws/compact.ts'
import { parseCertificate } from '#lib/core/x509/certificate.ts'
import { parseCrl } from '#lib/core/x509/crl.ts'
import { findSignatureAlgorithm, readCsr, verifyCsr } from '#lib/core/x509/csr.ts'
import { findKeyWeakness } from '#lib/core/x509/key-hygiene.ts'
import { verifySigned } from '#lib/core/x509/signature-algorithms.ts'
import { encodeSpki, isJwkProblem, jwkThumbprint, publicKeyOf, readJwk, readSpki } from '#lib/core/x509/spki.ts'
import { vectorFile, vendorExample } from '../builders/vendor-example.ts'
import { exchangesOf } from '../fuzz/answers.ts'
import { certificateOriginals, testPki } from '../fuzz/certificates.ts'
import { seededChoices } from '../fuzz/choices.ts'
import { fixedRsa } from '../fuzz/keys.ts'
import { mutateAnswer } from '../fuzz/mutate-answer.ts'
import { ANSWER_CASES } from '../matrix/answers.ts'
import { type Compared, compareAnswer } from './compare-answer.ts'
import { readCsrCases } from './mbedtls.ts'
import { type Agreement, compareCertificate, compareCrl, compareCsr, compareJwk, compareJws } from './other-readers.ts'
import { countBy, readCases } from './wycheproof.ts'

const different = (compared: (Compared & { name: string })[]): string[] =>
  compared.flatMap(({ name, what, agreement }) =>
    agreement.result === 'different' ? [`${name}, ${what}: ${agreement.what}`] : [],
  )
const tally = (compared: Compared[]) => countBy(compared, ({ what, agreement }) => `${what}: ${agreement.result}`)

describe('corpora', () => {
  it('every JWS of the Wycheproof files that we read and verify', async () => {
    const compared: (Compared & { name: string })[] = []
    for (const { test, keys } of [...readCases('json_web_signature_test.json'), ...readCases('json_web_key_test.json')]) {
      for (const jwk of keys) {
        const parts = readJwk(jwk)
        if (isJwkProblem(parts) || findKeyWeakness(parts) !== null) continue
        const name = `case ${test.tcId}`
        const key = publicKeyOf(encodeSpki(parts))
        compared.push({
          name,
          what: 'key',
          agreement: await compareJwk(jwk, { spki: encodeSpki(parts), thumbprint: jwkThumbprint(parts) }),
        })
        const { segments, header } = readCompact(test.jws)
        if (segments === null || header === null || typeof jwk.alg !== 'string' || !Object.hasOwn(JWS_ALGORITHMS, jwk.alg))
          continue
        if (header.alg !== jwk.alg || !verifySegments(segments, jwk.alg as JwsAlg, key)) continue
        // Their payloads are not JSON: the header and the octets of the payload are compared.
        const payload = Buffer.from(test.jws.split('.')[1] ?? '', 'base64url')
        compared.push({ name, what: 'JWS', agreement: await compareJws(test.jws, jwk.alg as JwsAlg, key, { header, payload }) })
      }
    }
    expect(different(compared)).toEqual([])
    expect(tally(compared)).toEqual({ 'key: same': 365, 'JWS: same': 20 })
  })

  it('every request of the Mbed TLS file that we read', async () => {
    const compared: (Compared & { name: string })[] = []
    for (const { title, derHex } of readCsrCases()) {
      const bytes = Buffer.from(derHex, 'hex')
      try {
        const csr = readCsr(bytes)
        const algorithm = findSignatureAlgorithm(csr)
        const key = readSpki(csr.spki)
        const signed = algorithm !== null && algorithm.kty === key.kty && verifyCsr(csr, algorithm, publicKeyOf(csr.spki))
        compared.push({ name: title, what: 'request', agreement: await compareCsr(bytes, csr, signed) })
      } catch {
        // Not read by us: no matter of this comparison, and counted below.
      }
    }
    expect(different(compared)).toEqual([])
    // Mbed TLS calls six of these bad: four by their key, two by a critical extension.
    expect(tally(compared)).toEqual({ 'request: same': 8, 'request: refused': 3 })
  })
})

describe('certificates and revocation lists', () => {
  it('ours, their CA’s, and the published one', async () => {
    const { issuingDer, rootDer, chain } = testPki()
    const published = Buffer.from(
      JSON.parse(vectorFile('nexus-example/certificate-command.json').toString('utf8')).certCommand.certificates[0].data,
      'base64',
    )
    const { certificate, crl } = certificateOriginals() as Record<'certificate' | 'crl', { bytes: Buffer<ArrayBuffer> }>
    const rootKey = createPublicKey({ key: Buffer.from(parseCertificate(rootDer).spki), format: 'der', type: 'spki' })
    const found: Agreement[] = []
    for (const [bytes, key] of [
      [certificate.bytes, chain.signerKey],
      [Buffer.from(issuingDer), rootKey],
      [Buffer.from(rootDer), rootKey],
      [published, chain.signerKey],
    ] as const) {
      const read = parseCertificate(bytes)
      found.push(await compareCertificate(bytes, read, key, verifySigned(read.signatureAlgorithm, read.tbs, read.signature, key)))
      expect(Buffer.from(new X509Certificate(bytes).publicKey.export({ type: 'spki', format: 'der' }))).toEqual(
        Buffer.from(read.spki),
      )
    }
    found.push(await compareCrl(crl.bytes, parseCrl(crl.bytes)))
    expect(found).toEqual(Array.from({ length: 5 }, () => ({ result: 'same' })))
  })
})

describe('answers', () => {
  it('the published one', async () => {
    expect(tally(await compareAnswer(vendorExample()))).toEqual({
      'attestation key: same': 1,
      'outer JWS: same': 1,
      'new key: same': 1,
      'inner JWS: same': 1,
      'request: same': 1,
    })
  })

  it('every one of the matrix', async () => {
    const compared: (Compared & { name: string })[] = []
    for (const one of ANSWER_CASES)
      for (const found of await compareAnswer(one.input())) compared.push({ ...found, name: `${one.id} ${one.title}` })
    expect(different(compared)).toEqual([])
    const counts = tally(compared)
    for (const what of ['attestation key', 'outer JWS', 'new key', 'inner JWS', 'request'])
      expect([what, (counts[`${what}: same`] ?? 0) > 200]).toEqual([what, true])
  }, 60_000)

  it('a thousand mutants', async () => {
    // jose takes no RSA key below 2048 bits.
    const exchanges = exchangesOf(fixedRsa('ca'))
    const compared: (Compared & { name: string })[] = []
    for (let index = 0; index < 1000; index++) {
      const choices = seededChoices(20_261_125, 'differential', index)
      const exchange = choices.of(exchanges)
      const { body, how } = mutateAnswer(exchange, choices)
      for (const found of await compareAnswer({ ...exchange.input, body })) compared.push({ ...found, name: `${index} ${how}` })
    }
    expect(different(compared)).toEqual([])
    const counts = tally(compared)
    for (const what of ['attestation key', 'outer JWS', 'new key', 'inner JWS', 'request'])
      expect([what, (counts[`${what}: same`] ?? 0) > 200]).toEqual([what, true])
  }, 60_000)
})
