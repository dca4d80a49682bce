import 'reflect-metadata'
import * as peculiar from '@peculiar/x509'
import { describe, expect, it } from 'vitest'
import { attribute, buildCsr, extension, extensionRequest, RS256_CSR, rsaKey, SUBJECT, spkiOf } from '#e2e/builders/answer.ts'
import { vectorFile } from '#e2e/builders/vendor-example.ts'
import { judgeCsr } from '#e2e/corpora/mbedtls.ts'
import * as der from '../asn1/der.ts'
import { OID } from '../asn1/oids.ts'
import { encodeCsr, readCsr, readRequestedExtensions } from './csr.ts'
import { formatName } from './name.ts'

const pair = rsaKey('phone signer')
const parts = {
  version: der.integer(0),
  subject: SUBJECT,
  spki: spkiOf(pair.publicKey),
  attributes: der.context(0),
  algorithm: RS256_CSR,
  signer: pair.privateKey,
  hash: 'sha256',
}

const accepts = (bytes: der.Bytes): boolean => judgeCsr(bytes) === 'accepted'

describe('PKCS#10', () => {
  it('the vendor’s dummy and returned requests are read alike: same subject bytes, own signatures', () => {
    const command = JSON.parse(vectorFile('nexus-example/provision-command.json').toString('utf8'))
    const dummy = Buffer.from(command.provCommand.profile.keygenrequests[0].certreq, 'base64')
    expect(accepts(dummy)).toBe(true)
    expect(formatName(readCsr(dummy).subject)).toBe(
      'CN=Anders Wallbom, OU=Personal Mobile, O=Nexus Group AB, L=Sto, C=SE, emailAddress=anders.wallbom@nexusgroup.com',
    )
  })

  it('the dummy we write is read by another implementation with the same key, and verifies', async () => {
    const ours = encodeCsr(SUBJECT, spkiOf(pair.publicKey), pair.privateKey)
    const theirs = new peculiar.Pkcs10CertificateRequest(ours)
    expect(await theirs.verify()).toBe(true)
    expect(Buffer.from(theirs.publicKey.rawData)).toEqual(spkiOf(pair.publicKey))
    expect(theirs.attributes).toEqual([])
    expect(accepts(ours)).toBe(true)
    expect(buildCsr(parts)).toEqual(ours)
  })

  it('what we accept, the other implementation accepts; their subject says the same', async () => {
    const csr = buildCsr({
      ...parts,
      attributes: der.context(0, extensionRequest(extension(OID['id-ce-basicConstraints'], der.seq()))),
    })
    const ours = readCsr(csr)
    const theirs = new peculiar.Pkcs10CertificateRequest(csr)
    expect(await theirs.verify()).toBe(true)
    expect(theirs.extensions.map((one) => one.type)).toEqual(readRequestedExtensions(ours)?.map((one) => one.oid))
    expect(theirs.subjectName.getField('CN')).toEqual(['Åsa Öberg'])
  })

  // As `openssl req -new` writes them (3.0, string_mask default and utf8only).
  it.each([
    ['0123456789abcdef ABC', 'a025302306092a864886f70d010907311613143031323334353637383961626364656620414243'],
    ['Grön@5 !', 'a01a301806092a864886f70d010907310b0c094772c3b66e40352021'],
  ])('a challenge is written as OpenSSL writes it: %s', (challenge, hex) => {
    const ours = encodeCsr(SUBJECT, spkiOf(pair.publicKey), pair.privateKey, challenge)
    expect(Buffer.from(readCsr(ours).attributesDer).toString('hex')).toBe(hex)
    const theirs = new peculiar.Pkcs10CertificateRequest(ours)
    const [attribute] = theirs.getAttributes(OID.challengePassword)
    expect((attribute as peculiar.ChallengePasswordAttribute).password).toBe(challenge)
  })

  it.each(['', 'x'.repeat(256)])('a challenge of a length that the standard does not have is not written', (challenge) => {
    expect(() => encodeCsr(SUBJECT, spkiOf(pair.publicKey), pair.privateKey, challenge)).toThrow(RangeError)
  })

  it('a challenge password is an attribute and no extension', () => {
    const csr = readCsr(
      buildCsr({ ...parts, attributes: der.context(0, attribute(OID.challengePassword, der.printableString('x'))) }),
    )
    expect(csr.attributes.map((one) => one.oid)).toEqual([OID.challengePassword])
    expect(readRequestedExtensions(csr)).toBeNull()
  })
})
