/** What mutations found in whole answers, by name. What they found in one reader is beside that reader. */
import { describe, expect, it } from 'vitest'
import { buildAnswer } from '../builders/answer.ts'
import { judge } from '../builders/judge.ts'

describe('found by mutation', () => {
  it.each(['1e0', '-0', '0.0', '9007199254740993', '1E400'])('deviceinfo %s, signed by the app, is no object', (number) => {
    const input = buildAnswer({
      payload: (good) => JSON.stringify({ ...good, deviceinfo: 'HERE' }).replace('"HERE"', number),
    })
    expect(judge(input)).toEqual({ code: 'schema', failed: 'C15' })
  })

  it.each(['1e0', '-0', '9007199254740993'])('a destination %s is no object', (number) => {
    const input = buildAnswer({ body: (good) => good.replace(/"destinations":\[.*?\]/, `"destinations":[${number}]`) })
    expect(judge(input)).toEqual({ code: 'schema', failed: 'C3' })
  })
})
