/**
 * Certificates that a CA hands back. Not signed by the CA: only the very certificate. Signed by it: subject, key, issuer, usages and names
 * are what was asked for, whatever else it wrote (serial number, times within the profile, identifiers, policies).
 */
import { X509Certificate } from 'node:crypto'
import { DerError } from '#lib/core/asn1/der.ts'
import { type Certificate, parseCertificate } from '#lib/core/x509/certificate.ts'
import { type CertificateCheckResult, checkCertificate } from '#lib/core/x509/certificate-check.ts'
import { verifySigned } from '#lib/core/x509/signature-algorithms.ts'
import { compareCertificate, differenceOf } from '../../corpora/other-readers.ts'
import { certificateOriginals, signAsCa, testPki } from '../certificates.ts'
import { type DerTree, derTreeOf, mutateDer, mutateTree, writeDer } from '../mutate-der.ts'
import { refused, same, target, unless, varies, wrong } from '../target.ts'

const { certificate: original } = certificateOriginals() as { certificate: { bytes: Buffer<ArrayBuffer>; tbs: Uint8Array } }
const tree = derTreeOf(original.bytes)
const theirs = new X509Certificate(original.bytes)

interface Reading {
  result: CertificateCheckResult
  parsed: Certificate | null
  signed: boolean
}

function readable(bytes: Buffer<ArrayBuffer>): Certificate | null {
  try {
    return parseCertificate(bytes)
  } catch (error) {
    if (error instanceof DerError) return null
    throw error
  }
}

const usages = (certificate: X509Certificate): string => [...new Set(certificate.keyUsage)].sort().join()

/** What OpenSSL says of it against what it says of the original. */
function findOtherMeaning(bytes: Buffer<ArrayBuffer>): string | null {
  const other = new X509Certificate(bytes)
  const pairs: [string, unknown, unknown][] = [
    ['subject', other.subject, theirs.subject],
    ['issuer', other.issuer, theirs.issuer],
    ['names', other.subjectAltName, theirs.subjectAltName],
    // One written twice is still the same usage.
    ['extended key usage', usages(other), usages(theirs)],
    ['CA', other.ca, false],
    ['key', other.publicKey.equals(theirs.publicKey), true],
  ]
  const differing = pairs.find(([, a, b]) => a !== b)
  return differing === undefined ? null : `accepted with another ${differing[0]}: ${differing[1]}`
}

export default target<Reading>({
  name: 'certificate',
  what: 'a certificate that a CA hands back',
  share: 4,
  mutate: (choices) => {
    if (choices.onceIn(3)) {
      const { value, how } = mutateDer(tree, choices)
      return { bytes: value, original: 'leaf', signedBy: null, how }
    }
    const { value, how } = mutateTree((tree.content as DerTree[])[0] as DerTree, choices)
    return { bytes: signAsCa(writeDer(value)), original: 'leaf', signedBy: 'ca', how }
  },
  read: ({ bytes }) => {
    const { chain, expectation } = testPki()
    const parsed = readable(bytes)
    return {
      result: checkCertificate(bytes, expectation, chain),
      parsed,
      signed: parsed !== null && verifySigned(parsed.signatureAlgorithm, parsed.tbs, parsed.signature, chain.signerKey),
    }
  },
  judge: (mutant, { result }) => {
    if (!result.ok) return refused(result.fault)
    if (Buffer.compare(result.certificate.tbs, original.tbs) === 0) return same
    if (mutant.signedBy === null) return wrong('accepted and never signed')
    return unless(findOtherMeaning(mutant.bytes), varies('what the CA may choose (serial number, times, identifiers) differs'))
  },
  agree: async ({ bytes }, { parsed, signed }) =>
    parsed === null ? null : differenceOf(await compareCertificate(bytes, parsed, testPki().chain.signerKey, signed)),
})
