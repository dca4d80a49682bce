/** Mutations of compact JWS: the three segments as text, and header or payload inside them, signed again or not. */
import type { KeyObject } from 'node:crypto'
import { b64u, signInput } from '../builders/answer.ts'
import type { Choices } from './choices.ts'
import { type Change, mutateBase64, mutateBytes } from './mutate-bytes.ts'
import { mutateJson } from './mutate-json.ts'

const SEGMENT_CHANGES: Record<string, (segments: string[], at: number, choices: Choices, other: string) => void> = {
  'segments exchanged': (segments, at, choices) => {
    const to = choices.below(segments.length)
    const [a, b] = [segments[at] ?? '', segments[to] ?? '']
    segments[at] = b
    segments[to] = a
  },
  'segment missing': (segments, at) => void segments.splice(at, 1),
  'segment twice': (segments, at) => void segments.splice(at, 0, segments[at] ?? ''),
  'segment empty': (segments, at) => void segments.splice(at, 1, ''),
  'segment of another': (segments, at, _choices, other) => void segments.splice(at, 1, other.split('.')[at] ?? ''),
  'segment misspelt': (segments, at, choices) => void segments.splice(at, 1, mutateBase64(segments[at] ?? '', choices).value),
  'segment bytes': (segments, at, choices) =>
    void segments.splice(at, 1, b64u(mutateBytes(Buffer.from(segments[at] ?? '', 'base64url'), choices).value)),
  'dot at an end': (segments, _at, choices) => void (choices.onceIn(2) ? segments.unshift('') : segments.push('')),
  'one in another': (segments, at) => void segments.splice(at, 1, b64u(segments.join('.'))),
}

/** Nothing is signed again. `other` is a good JWS of something else. */
export function mutateCompact(jws: string, other: string, choices: Choices): Change<string> {
  const segments = jws.split('.')
  const [how, change] = choices.of(Object.entries(SEGMENT_CHANGES))
  change(segments, choices.below(segments.length), choices, other)
  return { value: segments.join('.'), how }
}

/** Header and payload as values, or already as the octets to be signed. */
export interface JwsParts {
  header: unknown
  payload: unknown
}

const octets = (part: unknown): Uint8Array => (part instanceof Uint8Array ? part : Buffer.from(JSON.stringify(part)))

export const inputOf = ({ header, payload }: JwsParts): string => `${b64u(octets(header))}.${b64u(octets(payload))}`

export function writeCompact(parts: JwsParts, key: KeyObject): string {
  const input = inputOf(parts)
  return `${input}.${b64u(signInput(input, key))}`
}

/** Header or payload changed inside; to be signed by the caller. */
export function mutateParts(parts: JwsParts, choices: Choices): Change<JwsParts> {
  const part = choices.onceIn(2) ? 'header' : 'payload'
  const { value, how } = mutateJson(parts[part], choices)
  return { value: { ...parts, [part]: value }, how: `${part}: ${how}` }
}
