/** Mutants of a provisioning answer: one layer is changed, what lies around it is written again and signed where somebody has the key. */
import { sign } from 'node:crypto'
import { bitString } from '#lib/core/asn1/der.ts'
import { type Exchange, OTHER, type SignedKey } from './answers.ts'
import type { Choices } from './choices.ts'
import { type Change, mutateBase64, mutateBytes } from './mutate-bytes.ts'
import { derTreeOf, mutateDer, mutateTree, writeDer } from './mutate-der.ts'
import { mutateJson } from './mutate-json.ts'
import { inputOf, type JwsParts, mutateCompact, mutateParts, writeCompact } from './mutate-jws.ts'

/** A whole body, and whether the attestation key stands behind the change. */
interface Changed {
  body: Buffer<ArrayBuffer>
  how: string
  signed: boolean
}
type Layer = (exchange: Exchange, choices: Choices) => Changed

const withJws = (exchange: Exchange, data: unknown): Buffer<ArrayBuffer> => {
  const envelope = structuredClone(exchange.envelope) as { provResponse: { result: { data: unknown } } }
  envelope.provResponse.result.data = data
  return Buffer.from(JSON.stringify(envelope))
}

/** Signed by the app; where nobody can, or chance says so, the old signature stays. */
function finish(exchange: Exchange, parts: JwsParts, how: string, choices: Choices): Changed {
  const signed = exchange.signer !== null && !choices.onceIn(8)
  const jws =
    signed && exchange.signer !== null ? writeCompact(parts, exchange.signer) : `${inputOf(parts)}.${exchange.jws.split('.')[2]}`
  return { body: withJws(exchange, jws), how: `${how}${signed ? ', signed by the app' : ''}`, signed }
}

/** One key's message exchanged for another text. */
function withKey(exchange: Exchange, at: number, text: string, how: string, choices: Choices): Changed {
  const payload = structuredClone(exchange.payload) as { profile: { signedkeys: string[] } }
  payload.profile.signedkeys[at] = text
  return finish(exchange, { header: exchange.header, payload }, how, choices)
}

/** One key's message written again, signed by the phone where somebody has its key. */
const signKey = (key: SignedKey, parts: JwsParts): string =>
  key.signer === null ? `${inputOf(parts)}.${key.jws.split('.')[2]}` : writeCompact(parts, key.signer)

const inKey =
  (change: (key: SignedKey, choices: Choices, other: SignedKey) => Change<string>): Layer =>
  (exchange, choices) => {
    const at = choices.below(exchange.keys.length)
    const { value, how } = change(exchange.keys[at] as SignedKey, choices, choices.of([...OTHER.keys, ...exchange.keys]))
    return withKey(exchange, at, value, how, choices)
  }

const withRequest = (key: SignedKey, certreq: unknown): string =>
  signKey(key, { header: key.header, payload: { ...key.payload, certreq } })

const LAYERS: Record<string, Layer> = {
  envelope: (exchange, choices) => {
    const { value, how } = mutateJson(exchange.envelope, choices)
    return { body: value, how, signed: false }
  },
  body: (exchange, choices) => {
    const { value, how } = mutateBytes(Buffer.from(exchange.input.body), choices)
    return { body: value, how, signed: false }
  },
  'outer JWS': (exchange, choices) => {
    const { value, how } = mutateCompact(exchange.jws, choices.onceIn(2) ? OTHER.jws : (exchange.keys[0]?.jws ?? ''), choices)
    return { body: withJws(exchange, value), how, signed: false }
  },
  'inside the outer JWS': (exchange, choices) => {
    const { value, how } = mutateParts({ header: exchange.header, payload: exchange.payload }, choices)
    return finish(exchange, value, how, choices)
  },
  'inner JWS': inKey((key, choices, other) => mutateCompact(key.jws, other.jws, choices)),
  'inside the inner JWS': inKey((key, choices) => {
    const { value, how } = mutateParts({ header: key.header, payload: key.payload }, choices)
    return { value: signKey(key, value), how }
  }),
  'base64 of the request': inKey((key, choices) => {
    const { value, how } = mutateBase64(String(key.payload.certreq), choices)
    return { value: withRequest(key, value), how }
  }),
  request: inKey((key, choices) => {
    const { value, how } = mutateDer(key.csr, choices)
    return { value: withRequest(key, value.toString('base64')), how }
  }),
  'signed part of the request': inKey((key, choices) => {
    const [info, algorithm, signature] = key.csr.content as ReturnType<typeof derTreeOf>[]
    if (info === undefined || algorithm === undefined || signature === undefined) throw new Error('no PKCS#10')
    const { value, how } = mutateTree(info, choices)
    const signed = writeDer(value)
    const again = key.signer === null ? signature : derTreeOf(bitString(sign('sha256', signed, key.signer)))
    const request = writeDer({ ...key.csr, content: [value, algorithm, again] })
    return { value: withRequest(key, request.toString('base64')), how }
  }),
  'parts of another answer': (exchange, choices) => {
    const at = choices.below(exchange.keys.length)
    const key = exchange.keys[at] as SignedKey
    const stranger = choices.of(OTHER.keys)
    const swaps: (() => Changed)[] = [
      () => ({ body: withJws(exchange, OTHER.jws), how: 'its JWS', signed: false }),
      () => finish(exchange, { header: OTHER.header, payload: exchange.payload }, 'its header', choices),
      () => finish(exchange, { header: exchange.header, payload: OTHER.payload }, 'its payload', choices),
      () => withKey(exchange, at, stranger.jws, 'a key of it', choices),
      () => withKey(exchange, at, signKey(key, { header: key.header, payload: stranger.payload }), 'a JWK of it', choices),
      () => withKey(exchange, at, withRequest(key, stranger.payload.certreq), 'a request of it', choices),
      () => withKey(exchange, at, exchange.keys.at(at - 1)?.jws ?? '', 'the other key of its own', choices),
      () => withKey(exchange, at, exchange.jws, 'the whole in itself', choices),
    ]
    return choices.of(swaps)()
  },
}

export function mutateAnswer(exchange: Exchange, choices: Choices): Changed {
  const [name, layer] = choices.of(Object.entries(LAYERS))
  const changed = layer(exchange, choices)
  return { ...changed, how: `${name}: ${changed.how}` }
}
