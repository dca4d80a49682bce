/**
 * C20–C23: the PKCS#10 of each key. It goes to the CA as evidence of subject and key, so it must be one strict DER value, be for the
 * key the phone proved to hold, be signed by it, and carry exactly the subject and attributes we sent and nothing more.
 */
import { hash } from 'node:crypto'
import { OID, oidName } from '../../asn1/oids.ts'
import {
  ALLOWED_CSR_ALGORITHMS,
  CSR_LIMITS,
  type Csr,
  findSignatureAlgorithm,
  readRequestedExtensions,
  verifyCsr,
} from '../../x509/csr.ts'
import { formatName } from '../../x509/name.ts'
import { spkiSha256 } from '../../x509/spki.ts'
import { isOfAskedFamily } from './keys.ts'
import { isMessageKey, type MessageKey } from './read-answer.ts'
import { type Check, type Finding, fail, forEachKey, pass, skip } from './types.ts'

/** C20: base64 in its one spelling, then DER (X.690) with caps on size, values and depth, version 0 (RFC 2986 4.1). */
export const checkRequestEncoding: Check = (context) =>
  forEachKey(context, ['C17'], (key) => {
    if (key.csr === null) return skip('C17')
    const expected = `strict DER PKCS#10, at most ${CSR_LIMITS.maxBytes} bytes, ${CSR_LIMITS.maxNodes} values, ${CSR_LIMITS.maxDepth} levels`
    return key.csr.ok ? pass(expected, `${key.csr.csr.bytes.length} bytes`) : fail(key.csr.code, expected, key.csr.problem)
  })

/** C21: signature algorithm on the list; SubjectPublicKeyInfo equal, as bytes, to the canonical one of the inner key. */
export const checkRequestKey: Check = (context) =>
  forEachKey(context, ['C17'], (key) => {
    if (!key.csr?.ok) return skip('C20')
    const { csr } = key.csr
    const algorithm = findSignatureAlgorithm(csr)
    if (algorithm === null) return fail('csr_alg', ALLOWED_CSR_ALGORITHMS, describeAlgorithm(csr))
    if (!isMessageKey(key.jwk)) return skip('C18')
    const expected = `the phone’s key, SHA-256 ${key.jwk.spkiSha256}`
    const seen = spkiSha256(csr.spki)
    if (context.expectation.keys.some((one) => one.dummySpkiSha256 === seen))
      return fail('csr_key', expected, 'the throw-away key that we sent')
    if (!key.jwk.spki.equals(csr.spki)) return judgeOtherKey(seen, key.csr.ownKey(), expected)
    if (algorithm.kty !== key.jwk.parts.kty) return fail('csr_alg', `an algorithm for ${key.jwk.parts.kty} keys`, algorithm.name)
    return pass(expected, `the same key, ${algorithm.name}`)
  })

function judgeOtherKey(seen: string, ownKey: MessageKey | null, expected: string): Finding {
  if (ownKey === null) return fail('csr_key', expected, `a key not in the canonical form, SHA-256 ${seen}`)
  const weakness = ownKey.weakness()
  return weakness === null
    ? fail('csr_key', expected, `another key, SHA-256 ${seen}`)
    : fail('weak_key', expected, `another key: ${weakness}`)
}

/**
 * C22: RFC 2986 4.2, under the key the request itself carries, once that key is known to be sound. Not under one on a curve that was not
 * asked for: a verification with P-384 costs as much as forty with RSA, and only who asks for such keys has to bear it.
 */
export const checkRequestSignature: Check = (context) =>
  forEachKey(context, ['C17'], (key) => {
    if (!key.csr?.ok) return skip('C20')
    const { csr, ownKey } = key.csr
    const algorithm = findSignatureAlgorithm(csr)
    const isNewKey = isMessageKey(key.jwk) && key.jwk.spki.equals(csr.spki)
    const signer = isNewKey ? (key.jwk as MessageKey) : ownKey()
    // A verifier goes by the key; an algorithm for another kind of key would pass unnoticed.
    if (algorithm === null || signer === null || algorithm.kty !== signer.parts.kty) return skip('C21')
    const mayVerify = context.expectation.keys.some((asked) => isOfAskedFamily(asked, signer.parts))
    const publicKey = mayVerify && signer.weakness() === null ? signer.keyObject() : null
    if (publicKey === null) return skip(isNewKey ? 'C18' : 'C21')
    const expected = `${algorithm.name} by the key in the request`
    return verifyCsr(csr, algorithm, publicKey)
      ? pass(expected, 'verifies')
      : fail('csr_sig', expected, 'the signature does not verify')
  })

/**
 * C23: raw RDNSequence and attributes equal, as bytes, to those of the dummy. The dummy has no attributes, or the challenge of a SCEP CA: only the
 * phone's signature can bring it to the CA, and nothing documents that an app keeps it, so a phone that lost it is told apart from one that
 * put in something else.
 */
export const checkRequestContent: Check = (context) =>
  forEachKey(context, ['C17'], (key, asked) => {
    if (!key.csr?.ok) return skip('C20')
    if (asked === undefined) return skip('C16')
    const { csr, subjectText } = key.csr
    const same = Buffer.compare(csr.subject, asked.subjectDer) === 0
    const wanted = asked.attributesSha256 ? 'the challenge that was sent and no other attribute' : 'no attributes'
    const expected = `${same ? subjectText() : formatName(new Uint8Array(asked.subjectDer))}; ${wanted}`
    if (!same) return fail('csr_subject', expected, describeOtherSubject(subjectText(), asked.subjectDer))
    if (asked.attributesSha256) return judgeChallenge(csr, asked.attributesSha256, expected)
    return csr.attributes.length === 0 ? pass(expected, 'the same bytes; no attributes') : judgeAdded(csr, expected)
  })

/** Never says what the challenge is: it may still be good for a certificate. */
function judgeChallenge(csr: Csr, attributesSha256: string, expected: string): Finding {
  if (hash('sha256', csr.attributesDer) === attributesSha256) return pass(expected, 'the same bytes; the same challenge')
  const oids = csr.attributes.map(({ oid }) => oid)
  if (oids.length === 0) return fail('csr_challenge', expected, 'no attributes: the phone’s app did not keep the challenge')
  if (oids.every((oid) => oid === OID.challengePassword)) return fail('csr_attr', expected, 'another challengePassword')
  return fail('csr_attr', expected, `attributes ${oids.map(oidName).join(', ')}`)
}

function judgeAdded(csr: Csr, expected: string): Finding {
  const extensions = readRequestedExtensions(csr)
  if (extensions === null || new Set(extensions.map((one) => one.oid)).size !== extensions.length) {
    return fail('csr_attr', expected, `attributes ${csr.attributes.map((attribute) => oidName(attribute.oid)).join(', ')}`)
  }
  // A critical extension of unknown meaning is not merely an unwanted wish.
  const unknown = extensions.find((extension) => extension.critical && oidName(extension.oid) === extension.oid)
  const observed = `asks for ${extensions.map((one) => oidName(one.oid)).join(', ')}`
  return fail(unknown === undefined ? 'csr_ext' : 'csr_attr', expected, observed)
}

function describeOtherSubject(text: string, subjectDer: Uint8Array): string {
  return text === formatName(new Uint8Array(subjectDer)) ? `${text}, but in other bytes` : text
}

function describeAlgorithm(csr: Csr): string {
  return `AlgorithmIdentifier ${Buffer.from(csr.signatureAlgorithm).toString('hex').slice(0, 80)}`
}
