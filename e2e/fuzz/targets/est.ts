/** Answers of an EST CA, which TLS alone protects: what is taken from them passes the check of a certificate only if it is the right one. */

import { encodeCertificates } from '#lib/core/cms/signed-data.ts'
import { encodeBody } from '#lib/core/est/messages.ts'
import { checkCertificate } from '#lib/core/x509/certificate-check.ts'
import { NOW } from '#lib/core/x509/certificate-fixtures.ts'
import { readEnrollAnswer } from '#lib/issuer/est/answer.ts'
import { certificateOriginals, testPki } from '../certificates.ts'
import { mutateBase64, mutateBytes } from '../mutate-bytes.ts'
import { derTreeOf, mutateDer } from '../mutate-der.ts'
import { refused, same, target, varies, wrong } from '../target.ts'

const { certificate } = certificateOriginals() as { certificate: { bytes: Buffer<ArrayBuffer>; tbs: Uint8Array } }
const answer = encodeCertificates([certificate.bytes])
const tree = derTreeOf(answer)

type Reading = ReturnType<typeof readEnrollAnswer>

export default target<Reading>({
  name: 'est',
  what: 'answers of an EST CA',
  share: 2,
  mutate: (choices) => {
    if (choices.onceIn(3)) {
      const text = encodeBody(answer)
      const { value, how } = choices.onceIn(2) ? mutateBase64(text, choices) : mutateBytes(Buffer.from(text), choices)
      return { bytes: Buffer.from(value as string), original: 'one certificate', signedBy: null, how }
    }
    const { value, how } = mutateDer(tree, choices)
    return { bytes: Buffer.from(encodeBody(value)), original: 'one certificate', signedBy: null, how }
  },
  read: ({ bytes }) =>
    readEnrollAnswer(
      { kind: 'response', status: 200, headers: { 'content-type': 'application/pkcs7-mime' }, body: bytes, ms: 0 },
      NOW,
    ),
  judge: (_mutant, reading) => {
    if (reading.status !== 'issued') return refused(reading.status)
    const { chain, expectation } = testPki()
    const result = checkCertificate(Buffer.from(reading.der), expectation, chain)
    if (!result.ok) return varies('a certificate that its check then refuses')
    return Buffer.compare(result.certificate.tbs, certificate.tbs) === 0
      ? same
      : wrong('a certificate the CA never signed passes')
  },
})
