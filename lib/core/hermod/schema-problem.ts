/**
 * What is wrong with a message's shape, in a sentence for the evidence: zod's own words are for programmers, and whoever reads the evidence
 * should find the member in the decoded message.
 */
import type { z } from 'zod'

const TYPES: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
}
const typeName = (name: string): string => TYPES[name] ?? name

/** The first problem. @param whole what the message is called where no member of it is meant */
export function describeSchemaProblem(error: z.ZodError, whole: string): string {
  const issue = error.issues[0]
  if (issue === undefined) return `${whole} is not as documented`
  const where = issue.path.map(String).join('.') || whole
  switch (issue.code) {
    case 'invalid_type': {
      const received = /received (\w+)$/.exec(issue.message)?.[1] ?? 'something else'
      if (received === 'undefined') return `${where} is missing`
      // A fraction, an exponent or too many digits (OddNumber of json.ts).
      if (received === 'NaN') return `${where} is not a plain whole number`
      return `${where} is ${typeName(received)}, not ${typeName(issue.expected)}`
    }
    case 'too_small':
      return `${where} is empty`
    case 'too_big':
      return `${where} has more than ${issue.maximum} ${issue.origin === 'array' ? 'entries' : 'characters'}`
    case 'invalid_format':
      return `${where} is no ${issue.format.toUpperCase()}`
    default:
      return `${where}: ${issue.message}`
  }
}
