/** GetCACert answers, which nobody signs: whatever comes, only certificates that hang on the pinned one are used. */

import {
  answerSigners,
  chooseRecipient,
  fingerprintOf,
  readCaCertificates,
  type ScepCertificate,
} from '#lib/core/scep/ca-certificates.ts'
import { ScepError } from '#lib/core/scep/errors.ts'
import { NOW } from '#lib/core/x509/certificate-fixtures.ts'
import { testPki } from '../certificates.ts'
import { derTreeOf, mutateDer } from '../mutate-der.ts'
import { scepCaBody, scepCaPin } from '../scep.ts'
import { refused, same, target, varies, wrong } from '../target.ts'

const tree = derTreeOf(scepCaBody())
const known = new Set([testPki().issuingDer, testPki().rootDer].map(fingerprintOf))

type Reading = { used: ScepCertificate[]; chain: readonly Uint8Array[] } | { code: string }

export default target<Reading>({
  name: 'scep-ca',
  what: 'certificates that a SCEP CA gives as its own',
  share: 1,
  mutate: (choices) => {
    const { value, how } = mutateDer(tree, choices)
    return { bytes: value, original: 'issuing and root', signedBy: null, how }
  },
  read: ({ bytes }) => {
    try {
      const ca = readCaCertificates(bytes, scepCaPin)
      return { used: [chooseRecipient(ca, NOW), ...answerSigners(ca, NOW), ...ca.ras], chain: ca.chain }
    } catch (error) {
      if (error instanceof ScepError) return { code: error.code }
      throw error
    }
  },
  judge: (_mutant, reading) => {
    if ('code' in reading) return refused(reading.code)
    const prints = [...reading.chain, ...reading.used.map(({ certificate }) => certificate.der)].map(fingerprintOf)
    if (prints.some((print) => !known.has(print))) return wrong('a certificate that the pinned CA never signed is used')
    return reading.chain.length === 2 ? same : varies('the pinned certificate alone')
  },
})
