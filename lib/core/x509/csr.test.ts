import 'reflect-metadata'
import * as peculiar from '@peculiar/x509'
import { describe, expect, it } from 'vitest'
import { attribute, buildCsr, extension, extensionRequest, RS256_CSR, rsaKey, SUBJECT, spkiOf } from '#e2e/builders/answer.ts'
import { vectorFile } from '#e2e/builders/vendor-example.ts'
import * as der from '../asn1/der.ts'
import { OID } from '../asn1/oids.ts'
import { encodeCsr, findSignatureAlgorithm, readCsr, readRequestedExtensions, verifyCsr } from './csr.ts'
import { findKeyWeakness } from './key-hygiene.ts'
import { formatName } from './name.ts'
import { publicKeyOf, readSpki } from './spki.ts'

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

/** What the checks ask of a request on its own: strict encoding, allowed algorithm, sound key, own signature, nothing asked for. */
function accepts(bytes: der.Bytes): boolean {
  try {
    const csr = readCsr(bytes)
    const algorithm = findSignatureAlgorithm(csr)
    const key = readSpki(csr.spki)
    return (
      algorithm !== null &&
      findKeyWeakness(key) === null &&
      verifyCsr(csr, algorithm, publicKeyOf(csr.spki)) &&
      csr.attributes.length === 0
    )
  } catch (error) {
    if (error instanceof der.DerError) return false
    throw error
  }
}

describe('PKCS#10', () => {
  it('no bad request of the Mbed TLS corpus is accepted', () => {
    const { cases } = JSON.parse(vectorFile('mbedtls-csr/csr-vectors.json').toString('utf8')) as {
      cases: { title: string; parses: boolean; derHex: string }[]
    }
    const bad = cases.filter((one) => !one.parses)
    expect(bad.filter((one) => accepts(Buffer.from(one.derHex, 'hex'))).map((one) => one.title)).toEqual([])
    expect(bad.length).toBe(45)
  })

  it('of the good ones, those that are strict DER are read', () => {
    const { cases } = JSON.parse(vectorFile('mbedtls-csr/csr-vectors.json').toString('utf8')) as {
      cases: { title: string; parses: boolean; derHex: string }[]
    }
    const unread = cases
      .filter((one) => one.parses)
      .flatMap((one) => {
        try {
          readCsr(Buffer.from(one.derHex, 'hex'))
          return []
        } catch (error) {
          return [`${one.title}: ${String(error)}`]
        }
      })
    // Its extension type is an OBJECT IDENTIFIER that ends in the middle of an arc: Mbed TLS does not look, a strict reader does.
    expect(unread).toEqual([expect.stringContaining('invalid extension type data')])
  })

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

  it('a challenge password is an attribute and no extension', () => {
    const csr = readCsr(
      buildCsr({ ...parts, attributes: der.context(0, attribute(OID.challengePassword, der.printableString('x'))) }),
    )
    expect(csr.attributes.map((one) => one.oid)).toEqual([OID.challengePassword])
    expect(readRequestedExtensions(csr)).toBeNull()
  })
})
