/** Of an answer that passed: the phone's signatures one by one, the certificates made of its requests, and what the phone was sent. */

import type { CheckAnswerInput, CheckedAnswer, ReadKey } from '../enrollment/checks/index.ts'
import { certificateCommandSchema } from '../hermod/messages.ts'
import { KEY_RULES } from '../jws/algorithms.ts'
import { readCompact, verifySegments } from '../jws/compact.ts'
import { parseCertificate } from '../x509/certificate.ts'
import { openChain } from '../x509/chain.ts'
import { findSignatureAlgorithm, readCsr, verifyCsr } from '../x509/csr.ts'
import { verifySigned } from '../x509/signature-algorithms.ts'
import { publicKeyOf } from '../x509/spki.ts'
import { demand, type Facts, finding, type Parts, readAnswersOf, readPart } from './check-content.ts'
import type { BundleFinding } from './findings.ts'
import { parseJson } from './format.ts'

export function checkCertificates(parts: Parts, facts: Facts, input: CheckAnswerInput, answer: CheckedAnswer): BundleFinding[] {
  const { keys } = answer.read
  return [
    finding('answer signature', () => checkOuter(input, answer)),
    ...keys.flatMap((key, index) => [
      finding(`key ${key.keyid}`, () => checkInner(key, index, answer)),
      finding(`request ${key.keyid}`, () => checkRequest(key, input)),
    ]),
    ...facts.certificates.map((certificate) =>
      finding(`certificate ${certificate.keyid}`, () => checkLeaf(parts, certificate, keys)),
    ),
    ...(ISSUED.includes(facts.enrollment.state) ? [finding('delivery', () => checkDelivery(parts, facts, answer))] : []),
  ]
}

/** States that cannot be without a certificate given to the phone. */
const ISSUED: readonly string[] = ['delivering', 'undelivered', 'completed', 'revoked_undelivered']

function checkOuter({ policy }: CheckAnswerInput, { read }: CheckedAnswer): string {
  const { segments } = readCompact(read.jws ?? '')
  demand(segments !== null, 'there is no signed answer')
  const signer = policy.trustedKeys.find(({ key }) => verifySegments(segments, 'RS256', key))
  demand(signer !== undefined, 'it is not by a key that was trusted')
  return `RS256 by ${signer.kid}, thumbprint ${signer.thumbprint}`
}

function checkInner({ keyid, keyType, spki }: ReadKey, index: number, { read }: CheckedAnswer): string {
  const signedKeys = (readCompact(read.jws ?? '').payload?.profile as { signedkeys?: unknown[] } | undefined)?.signedkeys
  const { segments } = readCompact(String(signedKeys?.[index] ?? ''))
  demand(segments !== null && spki !== null && keyType !== null, `there is no signed key ${keyid}`)
  const { alg } = KEY_RULES[keyType as keyof typeof KEY_RULES]
  demand(verifySegments(segments, alg, publicKeyOf(spki)), 'its message is not signed by the key itself')
  return `${keyType}, signs its own message with ${alg}`
}

function checkRequest({ keyid, csr, spki }: ReadKey, { expectation }: CheckAnswerInput): string {
  demand(csr !== null && spki !== null, 'there is no request')
  const request = readCsr(csr)
  demand(Buffer.compare(request.spki, spki) === 0, 'it is for another key than the phone proved to hold')
  const algorithm = findSignatureAlgorithm(request)
  demand(algorithm !== null && verifyCsr(request, algorithm, publicKeyOf(spki)), 'it is not signed with its own key')
  const asked = expectation.keys.find((one) => one.keyid === keyid)
  demand(
    asked !== undefined && Buffer.compare(request.subject, asked.subjectDer) === 0,
    'its subject is not, byte for byte, the one that was sent',
  )
  return `${algorithm.name} by the same key; the subject is byte for byte the one that was sent`
}

function checkLeaf(parts: Parts, certificate: Facts['certificates'][number], keys: readonly ReadKey[]): string {
  const key = keys.find(({ keyid }) => keyid === certificate.keyid)
  demand(key?.spki !== undefined && key.spki !== null, 'no such key is in the answer')
  if (certificate.part === null) return 'reserved, not signed yet'
  const leaf = parseCertificate(readPart(parts, certificate.part))
  demand(Buffer.compare(leaf.spki, key.spki) === 0, 'it is for another key than the phone proved to hold')
  demand(leaf.serialNumber === certificate.serialNumber, 'its serial number is another')
  const chain = openChain(certificate.chain.map((name) => readPart(parts, name)))
  demand(Buffer.compare(leaf.issuer, chain.signer.subject) === 0, 'it names another issuer than its chain')
  demand(verifySigned(leaf.signatureAlgorithm, leaf.tbs, leaf.signature, chain.signerKey), 'it is not signed by its issuer')
  return `serial number ${leaf.serialNumber}, for the phone’s key, signed by ${certificate.issuer}, chain of ${certificate.chain.length}`
}

/** The phone was sent exactly these certificates; a completed enrolment has its answer. */
function checkDelivery(parts: Parts, facts: Facts, { read }: CheckedAnswer): string {
  const command = facts.commands.findLast(({ kind }) => kind === 'certificate')
  demand(command !== undefined, 'no certificate was ever sent')
  const { certCommand } = certificateCommandSchema.parse(
    parseJson(Buffer.from(readPart(parts, command.request)).toString('utf8')),
  )
  demand(certCommand.profileid === read.profileId, 'it was sent to another profile than the phone’s')
  for (const { keyid, part } of facts.certificates) {
    const sent = certCommand.certificates.find((one) => one.keyid === keyid)
    demand(
      part !== null && sent?.data === Buffer.from(readPart(parts, part)).toString('base64'),
      `what was sent for ${keyid} is not its certificate`,
    )
  }
  if (facts.enrollment.state !== 'completed') return `sent to profile ${certCommand.profileid}`
  const stored = readAnswersOf(parts, facts, command.name).some(
    (callback) => callback.ok && callback.value.certResponse?.code === 0,
  )
  demand(stored, 'the phone’s answer that it stored the certificate is missing')
  return `sent to profile ${certCommand.profileid}, and stored by the phone`
}
