/**
 * Messages as the evidence page shows them and as a bundle keeps them: the outline of a message that the checks can read says what they read,
 * of any other it ends with a reason; and no offer is left, while every octet keeps its place.
 */
import { blankOffers } from '#lib/core/bundle/blank.ts'
import { JsonError, type JsonValue, parseJsonBytes } from '#lib/core/jws/json.ts'
import { type JsonNode, type JsonOutline, outlineJson } from '#lib/core/jws/json-outline.ts'
import { vectorFile } from '../../builders/vendor-example.ts'
import { mutateJson } from '../mutate-json.ts'
import { isSameJson } from '../same-json.ts'
import { target, varies, wrong } from '../target.ts'

const callback = JSON.parse(vectorFile('nexus-example/provision-callback.json').toString('utf8'))
callback.provResponse.result.data = 'h.p.s'

interface Reading {
  outline: JsonOutline
  blanked: Buffer<ArrayBuffer>
}

function rebuild(node: JsonNode): unknown {
  if (node.type === 'array') return node.children.map(rebuild)
  if (node.type === 'string') return node.value
  if (node.type === 'literal') return JSON.parse(node.value ?? '')
  const object = Object.create(null)
  for (const child of node.children) object[child.name ?? ''] = rebuild(child)
  return object
}

function strictly(bytes: Buffer<ArrayBuffer>): { value: JsonValue } | null {
  try {
    return { value: parseJsonBytes(bytes) }
  } catch (error) {
    if (error instanceof JsonError) return null
    throw error
  }
}

export default target<Reading>({
  name: 'outline',
  what: 'messages as they are shown and kept as evidence',
  share: 2,
  mutate: (choices) => {
    const { value, how } = mutateJson(callback, choices)
    return { bytes: value, original: 'callback', signedBy: null, how }
  },
  read: ({ bytes }) => ({ outline: outlineJson(bytes.toString('utf8')), blanked: blankOffers(bytes).bytes }),
  judge: ({ bytes }, { outline, blanked }) => {
    if (blanked.length !== bytes.length || bytes.some((octet, i) => octet !== blanked[i] && blanked[i] !== 0x2a))
      return wrong('more than the offer was changed')
    if (/com\.nexusgroup\.plugout:[^"]/i.test(blanked.toString('latin1'))) return wrong('an offer is left')
    const strict = strictly(bytes)
    if (strict === null)
      return { outcome: `refused: ${outline.problem === null ? 'by the checks only' : 'by both'}`, problem: null }
    if (outline.problem !== null || outline.root === null) return wrong(`no outline of what the checks read: ${outline.problem}`)
    return isSameJson(strict.value, rebuild(outline.root))
      ? varies('shown as the checks read it')
      : wrong('shown is another value than the checks read')
  },
})
