/** Messages of SCEP clients to the portal's own SCEP server: opened, then decrypted. Not signed by the client: only what it said. */
import { ScepError } from '#lib/core/scep/errors.ts'
import { decryptPkiMessage, openPkiMessage, type PkiMessage } from '#lib/core/scep/serve.ts'
import { derTreeOf, mutateDer, mutateTree, structuredCopy, writeDer } from '../mutate-der.ts'
import { caRecipient, scepRequest, signAgain, signerInfoOf } from '../scep.ts'
import { refused, same, target, varies, wrong } from '../target.ts'

const request = scepRequest()
const tree = derTreeOf(request)

type Reading = { message: PkiMessage; content: Uint8Array } | { code: string }

function read(bytes: Buffer<ArrayBuffer>): Reading {
  try {
    const message = openPkiMessage(bytes, false)
    return { message, content: decryptPkiMessage(message, caRecipient, false) }
  } catch (error) {
    if (error instanceof ScepError) return { code: error.code }
    throw error
  }
}

const meaningOf = ({ message, content }: Extract<Reading, { message: PkiMessage }>): string =>
  JSON.stringify([
    message.messageType,
    message.transactionId,
    Buffer.from(message.senderNonce).toString('hex'),
    message.signer.key.export({ type: 'spki', format: 'der' }).toString('hex'),
    Buffer.from(content).toString('hex'),
  ])

const original = read(request)
if ('code' in original) throw new Error('the request is no good one')

export default target<Reading>({
  name: 'scep-request',
  what: 'messages of SCEP clients, with the CMS around them',
  share: 2,
  mutate: (choices) => {
    const part = choices.below(3)
    if (part === 0) {
      const { value, how } = mutateDer(tree, choices)
      return { bytes: value, original: 'PKCSReq', signedBy: null, how }
    }
    if (part === 1) {
      const message = structuredCopy(tree)
      const info = signerInfoOf(message)
      const { value, how } = mutateTree(info[3] as (typeof info)[number], choices)
      info[3] = value
      signAgain(message)
      return { bytes: writeDer(message), original: 'PKCSReq', signedBy: 'phone', how: `signed attributes: ${how}` }
    }
    const { value, how } = mutateDer(derTreeOf(original.content as Buffer<ArrayBuffer>), choices)
    return { bytes: scepRequest(value), original: 'PKCSReq', signedBy: 'phone', how: `PKCS#10: ${how}` }
  },
  read: ({ bytes }) => read(bytes),
  judge: (mutant, reading) => {
    if ('code' in reading) return refused(reading.code)
    if (meaningOf(reading) === meaningOf(original)) return same
    return mutant.signedBy === null
      ? wrong('taken and never said by the client')
      : varies('another message that the client signed')
  },
})
