/**
 * The PKCS#10 of a SCEP request as our own server takes it: strict DER, signed by its own key, a key that is worth certifying, and a subject
 * within limits. The phone's rules (lib/core/enrollment/checks) are stricter, since there every byte is known beforehand.
 */
import { createPublicKey } from 'node:crypto'
import { type Bytes, DerError, type DerLimits, readDer, readText } from '../asn1/der.ts'
import { OID, oidName } from '../asn1/oids.ts'
import { ALLOWED_CSR_ALGORITHMS, type Csr, findSignatureAlgorithm, readCsr, verifyCsr } from '../x509/csr.ts'
import { findKeyWeakness } from '../x509/key-hygiene.ts'
import { formatName, NAME_ATTRIBUTES, readName } from '../x509/name.ts'
import { readSpki } from '../x509/spki.ts'
import type { FailInfo } from './types.ts'

export interface ScepCsr {
  csr: Csr
  /** For eyes and search. */
  subjectText: string
  commonName: string
  /** PKCS#9 challengePassword; null: none. */
  challenge: string | null
}

export interface CsrProblem {
  failInfo: FailInfo
  /** For the client's log. */
  text: string
}

/** certmonger puts a friendlyName (RFC 2985 §5.5.1, a BMPString) beside the challenge; a subject of such strings is refused all the same (readCsr). */
const LIMITS: DerLimits = { maxBytes: 16_384, maxNodes: 400, maxDepth: 16, legacyStrings: true }
const MAX_SUBJECT_BYTES = 1_024
const MAX_CHALLENGE = 200
const SUBJECT_TYPES = new Set<string>(Object.values(NAME_ATTRIBUTES).map(({ oid }) => oid))
/** Control characters, lone surrogates, separators and overrides of direction. */
const UNFIT = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u

export const isCsrProblem = (value: ScepCsr | CsrProblem): value is CsrProblem => 'failInfo' in value

export function readScepCsr(content: Bytes): ScepCsr | CsrProblem {
  const bad = (text: string, failInfo: FailInfo = 'badRequest'): CsrProblem => ({ failInfo, text })
  try {
    const csr = readCsr(content, LIMITS)
    const algorithm = findSignatureAlgorithm(csr)
    if (algorithm === null) return bad(`The PKCS#10 must be signed with one of ${ALLOWED_CSR_ALGORITHMS}.`, 'badAlg')
    const weakness = findKeyWeakness(readSpki(csr.spki))
    if (weakness !== null) return bad(`The key is not fit for a certificate: ${weakness}.`)
    const key = createPublicKey({ key: Buffer.from(csr.spki), format: 'der', type: 'spki' })
    if (!verifyCsr(csr, algorithm, key)) return bad('The PKCS#10 is not signed with its own key.', 'badMessageCheck')
    const commonName = readCommonName(csr.subject)
    if (typeof commonName !== 'string') return commonName
    return { csr, subjectText: formatName(csr.subject), commonName, challenge: readChallenge(csr) }
  } catch (error) {
    if (error instanceof DerError) return bad(`The PKCS#10 cannot be read: ${error.message}.`)
    throw error
  }
}

/** The one common name, if everything in the subject is fit for a certificate of ours. */
function readCommonName(subject: Bytes): string | CsrProblem {
  const bad = (text: string): CsrProblem => ({ failInfo: 'badRequest', text })
  if (subject.length > MAX_SUBJECT_BYTES) return bad('The subject is too long.')
  const names: string[] = []
  for (const { oid, value } of readName(readDer(subject), 'subject').flat()) {
    if (!SUBJECT_TYPES.has(oid)) return bad(`The subject has ${oidName(oid)}, which is not certified here.`)
    const text = readText(value)
    if (text === null || text === '' || UNFIT.test(text))
      return bad(`The ${oidName(oid)} of the subject is empty or has characters that have no place in a name.`)
    if (oid === OID['id-at-commonName']) names.push(text)
  }
  const [only] = names
  if (only === undefined || names.length !== 1 || [...only].length > 64)
    return bad('The subject must have one common name of at most 64 characters.')
  return only
}

/** RFC 2985 §5.4.1: one DirectoryString. */
function readChallenge(csr: Csr): string | null {
  const found = csr.attributes.filter((attribute) => attribute.oid === OID.challengePassword)
  const [only] = found
  if (only === undefined) return null
  const [value] = only.values
  if (found.length !== 1 || only.values.length !== 1 || value === undefined)
    throw new DerError('der', 'challengePassword stands there more than once')
  const text = readText(value)
  if (text === null || text.length > MAX_CHALLENGE) throw new DerError('der', 'challengePassword is no text, or too long')
  return text
}
