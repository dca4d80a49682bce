/** Compact JWS under a key known beforehand: without the key nothing but the original is accepted, and jose reads the same in what both accept. */
import type { JwsAlg } from '#lib/core/jws/algorithms.ts'
import { readCompact, verifySegments } from '#lib/core/jws/compact.ts'
import type { JsonObject } from '#lib/core/jws/json.ts'
import type { KeyPair } from '../../builders/answer.ts'
import { compareJws, differenceOf } from '../../corpora/other-readers.ts'
import { fixedEc, fixedRsa } from '../keys.ts'
import { mutateCompact, mutateParts, writeCompact } from '../mutate-jws.ts'
import { isSameJson, looseJson } from '../same-json.ts'
import { refused, same, target, varies, wrong } from '../target.ts'

interface Original {
  alg: JwsAlg
  pair: KeyPair
  text: string
}

const payload = {
  deviceinfo: { name: 'Åsa’s iPhone' },
  profile: { userid: 'asa', keys: ['a', 'b'], n: 3, open: true, none: null },
}
const originalOf = (alg: JwsAlg, pair: KeyPair): Original => ({
  alg,
  pair,
  text: writeCompact({ header: { alg, nonce: '00112233', kid: 'signer' }, payload }, pair.privateKey),
})
const ORIGINALS: Record<string, Original> = {
  ES256: originalOf('ES256', fixedEc('signer')),
  RS256: originalOf('RS256', fixedRsa('phone signer')),
}
const stranger = originalOf('ES256', fixedEc('stranger')).text

interface Reading {
  code: string | null
  header: JsonObject | null
  payload: JsonObject | null
}

const originalNamed = (name: string): Original => ORIGINALS[name] as Original
const segment = (bytes: Buffer, at: number): Buffer => Buffer.from(bytes.toString('latin1').split('.')[at] ?? '', 'base64url')

export default target<Reading>({
  name: 'jws',
  what: 'compact JWS and its signature',
  share: 18,
  mutate: (choices) => {
    const original = choices.of(Object.keys(ORIGINALS))
    const { text, pair } = originalNamed(original)
    // Signing with RSA is left out: it would be most of the work.
    if (original === 'RS256' || choices.onceIn(2)) {
      const { value, how } = mutateCompact(text, stranger, choices)
      return { bytes: Buffer.from(value), original, signedBy: null, how }
    }
    const [header, body] = text
      .split('.')
      .slice(0, 2)
      .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')))
    const { value, how } = mutateParts({ header, payload: body }, choices)
    return { bytes: Buffer.from(writeCompact(value, pair.privateKey)), original, signedBy: 'phone', how }
  },
  read: ({ bytes, original }) => {
    const { alg, pair } = originalNamed(original)
    const { segments, header, payload, problem } = readCompact(bytes.toString('utf8'))
    if (problem !== null || segments === null) return { code: problem?.code ?? 'jws_syntax', header, payload }
    if (header?.alg !== alg) return { code: 'jws_alg', header, payload }
    return { code: verifySegments(segments, alg, pair.publicKey) ? null : 'jws_sig', header, payload }
  },
  judge: (mutant, { code, header, payload }) => {
    if (code !== null || header === null || payload === null) return refused(String(code))
    if (!isSameJson(header, looseJson(segment(mutant.bytes, 0))) || !isSameJson(payload, looseJson(segment(mutant.bytes, 1))))
      return wrong('JSON.parse reads another header or payload')
    if (mutant.signedBy !== null) return varies('signed again, read as JSON.parse reads it')
    // An ECDSA signature has a second form; the signed text has not.
    const signedText = (text: string): string => text.slice(0, text.lastIndexOf('.'))
    return signedText(mutant.bytes.toString('utf8')) === signedText(originalNamed(mutant.original).text)
      ? same
      : wrong('accepted and never signed')
  },
  agree: async ({ bytes, original }, { code, header, payload }) => {
    if (code !== null || header === null || payload === null) return null
    const { alg, pair } = originalNamed(original)
    return differenceOf(await compareJws(bytes.toString('utf8'), alg, pair.publicKey, { header, payload }))
  },
})
