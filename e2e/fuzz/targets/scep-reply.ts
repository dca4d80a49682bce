/**
 * Answers of a SCEP CA. Not signed by it: only what it said. Signed by it: it may say anything of this transaction; whether its certificate is
 * the right one is the certificate's check.
 */
import { isDeepStrictEqual } from 'node:util'
import { octetString, printableString } from '#lib/core/asn1/der.ts'
import { OID } from '#lib/core/asn1/oids.ts'
import { encodeCertificates } from '#lib/core/cms/signed-data.ts'
import { ScepError } from '#lib/core/scep/errors.ts'
import { type CertRep, readCertRep } from '#lib/core/scep/reply.ts'
import { transactionAttributes } from '#lib/core/scep/request.ts'
import { MESSAGE_TYPES, PKI_STATUSES } from '#lib/core/scep/types.ts'
import { testPki } from '../certificates.ts'
import { derTreeOf, mutateDer, mutateTree, structuredCopy, writeDer } from '../mutate-der.ts'
import { leaf, scepAsked, scepReply, scepReplyOver, signAgain, signerInfoOf } from '../scep.ts'
import { refused, same, target, varies, wrong } from '../target.ts'

const REPLIES = {
  success: scepReply({ status: 'success', certificates: [leaf, testPki().issuingDer] }),
  pending: scepReply({ status: 'pending' }),
  failure: scepReply({ status: 'failure', failInfo: 'badRequest', text: 'no such challenge' }),
}
type Name = keyof typeof REPLIES
const ORIGINALS = Object.fromEntries(
  Object.entries(REPLIES).map(([name, bytes]) => [name, { tree: derTreeOf(bytes), read: readCertRep(bytes, scepAsked) }]),
) as Record<Name, { tree: ReturnType<typeof derTreeOf>; read: CertRep }>
const certificates = derTreeOf(encodeCertificates([leaf, testPki().issuingDer]))
const attributes = [
  ...transactionAttributes('transaction-1', MESSAGE_TYPES.CertRep),
  { type: OID['id-scep-pkiStatus'], value: printableString(PKI_STATUSES.SUCCESS) },
  { type: OID['id-scep-recipientNonce'], value: octetString(scepAsked.senderNonce) },
]

type Reading = { reply: CertRep } | { code: string }

export default target<Reading>({
  name: 'scep-reply',
  what: 'answers of a SCEP CA, with the CMS around them',
  share: 3,
  mutate: (choices) => {
    const original = choices.of(Object.keys(REPLIES) as Name[])
    const { tree } = ORIGINALS[original]
    if (choices.onceIn(2)) {
      const { value, how } = mutateDer(tree, choices)
      return { bytes: value, original, signedBy: null, how }
    }
    if (choices.onceIn(2)) {
      const message = structuredCopy(tree)
      const info = signerInfoOf(message)
      const { value, how } = mutateTree(info[3] as (typeof info)[number], choices)
      info[3] = value
      signAgain(message)
      return { bytes: writeDer(message), original, signedBy: 'ca', how: `signed attributes: ${how}` }
    }
    const { value, how } = mutateDer(certificates, choices)
    return { bytes: scepReplyOver(value, attributes), original: 'success', signedBy: 'ca', how: `certificates: ${how}` }
  },
  read: ({ bytes }) => {
    try {
      return { reply: readCertRep(bytes, scepAsked) }
    } catch (error) {
      if (error instanceof ScepError) return { code: error.code }
      throw error
    }
  },
  judge: (mutant, reading) => {
    if ('code' in reading) return refused(reading.code)
    if (isDeepStrictEqual(reading.reply, ORIGINALS[mutant.original as Name].read)) return same
    return mutant.signedBy === null ? wrong('believed and never said by the CA') : varies('another answer that the CA signed')
  },
})
