/** Revocation lists: read back from our own storage and publication, and compared with what the database says. */
import { DerError } from '#lib/core/asn1/der.ts'
import { type Crl, parseCrl } from '#lib/core/x509/crl.ts'
import { verifySigned } from '#lib/core/x509/signature-algorithms.ts'
import { compareCrl, differenceOf } from '../../corpora/other-readers.ts'
import { certificateOriginals, signAsCa, testPki } from '../certificates.ts'
import { type DerTree, derTreeOf, mutateDer, mutateTree, writeDer } from '../mutate-der.ts'
import { refused, same, target, varies, wrong } from '../target.ts'

const { crl: original } = certificateOriginals() as { crl: { bytes: Buffer<ArrayBuffer>; tbs: Uint8Array } }
const tree = derTreeOf(original.bytes)

type Reading = { crl: Crl; signed: boolean } | { code: string }

export default target<Reading>({
  name: 'crl',
  what: 'revocation lists',
  share: 2,
  mutate: (choices) => {
    if (choices.onceIn(2)) {
      const { value, how } = mutateDer(tree, choices)
      return { bytes: value, original: 'full list', signedBy: null, how }
    }
    const { value, how } = mutateTree((tree.content as DerTree[])[0] as DerTree, choices)
    return { bytes: signAsCa(writeDer(value)), original: 'full list', signedBy: 'ca', how }
  },
  read: ({ bytes }) => {
    try {
      const crl = parseCrl(bytes)
      return { crl, signed: verifySigned(crl.signatureAlgorithm, crl.tbs, crl.signature, testPki().chain.signerKey) }
    } catch (error) {
      if (error instanceof DerError) return { code: error.code }
      throw error
    }
  },
  judge: (mutant, reading) => {
    if ('code' in reading) return refused(reading.code)
    if (!reading.signed) return refused('signature')
    if (Buffer.compare(reading.crl.tbs, original.tbs) === 0) return same
    return mutant.signedBy === null ? wrong('accepted and never signed') : varies('another list, signed by the CA')
  },
  agree: async ({ bytes }, reading) => ('code' in reading ? null : differenceOf(await compareCrl(bytes, reading.crl))),
})
