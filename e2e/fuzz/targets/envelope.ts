/** Callbacks and replies of the messaging server, and the offer inside: each field that is taken is the one that JSON.parse finds. */
import {
  type CallbackEnvelope,
  type CommandReply,
  type Parsed,
  parseCallback,
  parseCommandReply,
  readOutcome,
} from '#lib/core/hermod/messages.ts'
import { parseOfferUri } from '#lib/core/hermod/offer-uri.ts'
import { vectorFile } from '../../builders/vendor-example.ts'
import { mutateJson } from '../mutate-json.ts'
import { looseJson } from '../same-json.ts'
import { refused, target, varies, wrong } from '../target.ts'

const callback = JSON.parse(vectorFile('nexus-example/provision-callback.json').toString('utf8'))
callback.provResponse.result.data = 'h.p.s'
const { provResponse: _provResponse, responseHeader: _responseHeader, ...reply } = callback
const ORIGINALS: Record<string, unknown> = {
  callback,
  'certificate callback': JSON.parse(vectorFile('nexus-example/certificate-callback.json').toString('utf8')),
  reply,
}

interface Reading {
  parsed: Parsed<CallbackEnvelope> | Parsed<CommandReply>
  outcome: string | null
  offers: number
}

/** Every value of `taken` stands at the same place of `found`; what was left out there may have got its default. */
function isTakenFrom(taken: unknown, found: unknown): boolean {
  if (Array.isArray(taken))
    return taken.length === 0 && found === undefined
      ? true
      : Array.isArray(found) && taken.length === found.length && taken.every((item, i) => isTakenFrom(item, found[i]))
  if (typeof taken !== 'object' || taken === null) return Object.is(taken, found)
  return (
    typeof found === 'object' &&
    found !== null &&
    Object.entries(taken).every(([name, value]) => isTakenFrom(value, (found as Record<string, unknown>)[name]))
  )
}

export default target<Reading>({
  name: 'envelope',
  what: 'callbacks and replies of the messaging server, offers',
  share: 14,
  mutate: (choices) => {
    const original = choices.of(Object.keys(ORIGINALS))
    const { value, how } = mutateJson(ORIGINALS[original], choices)
    return { bytes: value, original, signedBy: null, how }
  },
  read: ({ bytes, original }) => {
    const parsed = original === 'reply' ? parseCommandReply(bytes) : parseCallback(bytes)
    if (!parsed.ok) return { parsed, outcome: null, offers: 0 }
    const offers = parsed.value.destinations.filter(({ uri }) => uri !== undefined && parseOfferUri(uri) !== null).length
    return { parsed, outcome: original === 'reply' ? null : readOutcome(parsed.value as CallbackEnvelope).kind, offers }
  },
  judge: ({ bytes }, { parsed, outcome, offers }) => {
    if (!parsed.ok) return refused(parsed.code)
    if (!isTakenFrom(parsed.value, looseJson(bytes))) return wrong('a field is not what JSON.parse finds there')
    return varies(`fields as JSON.parse finds them (${outcome ?? `${offers} offers`})`)
  },
})
