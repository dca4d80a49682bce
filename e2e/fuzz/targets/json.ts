/** The strict JSON reader: what it accepts, JSON.parse accepts, and reads the same. */
import { JsonError, type JsonValue, parseJsonBytes } from '#lib/core/jws/json.ts'
import { vectorFile } from '../../builders/vendor-example.ts'
import { mutateJson } from '../mutate-json.ts'
import { isSameJson, looseJson } from '../same-json.ts'
import { refused, target, varies, wrong } from '../target.ts'

const ORIGINALS: Record<string, unknown> = Object.fromEntries(
  ['provision-command', 'provision-callback', 'certificate-command', 'certificate-callback'].map((name) => [
    name,
    JSON.parse(vectorFile(`nexus-example/${name}.json`).toString('utf8')),
  ]),
)

type Reading = { value: JsonValue } | { code: string }

export default target<Reading>({
  name: 'json',
  what: 'strict JSON',
  share: 20,
  mutate: (choices) => {
    const original = choices.of(Object.keys(ORIGINALS))
    const { value, how } = mutateJson(ORIGINALS[original], choices)
    return { bytes: value, original, signedBy: null, how }
  },
  read: ({ bytes }) => {
    try {
      return { value: parseJsonBytes(bytes) }
    } catch (error) {
      if (error instanceof JsonError) return { code: error.code }
      throw error
    }
  },
  judge: ({ bytes }, reading) => {
    if ('code' in reading) return refused(reading.code)
    return isSameJson(reading.value, looseJson(bytes))
      ? varies('read as JSON.parse reads it')
      : wrong('JSON.parse reads another value')
  },
})
