import { describe, expect, it } from 'vitest'
import { buildAnswer, NONCE } from '#e2e/builders/answer.ts'
import { checkAnswer } from '#lib/core/enrollment/checks/index.ts'
import { type ExchangeMessage, HIDDEN_REQUEST } from '#lib/core/views.ts'
import { type AnswerPart, decodeAnswer } from './decode-answer.ts'
import { findMarks, liesIn, nameKeys, partsMarked } from './evidence-marks.ts'

const messageOf = (body: Uint8Array, bytes: string | null = null): ExchangeMessage => ({
  id: 'answer',
  at: '2026-03-01T12:00:00.000Z',
  direction: 'from_hermod',
  kind: 'provision',
  title: 'callback',
  status: 'processed',
  note: null,
  body: Buffer.from(body).toString('utf8'),
  size: body.length,
  bytes,
  answerTo: 'command',
})
const decode = (body: Uint8Array): AnswerPart[] => decodeAnswer(messageOf(body), null)
const names = (parts: readonly AnswerPart[]) => parts.map((part) => part.path)
const valueAt = (parts: readonly AnswerPart[], path: string) =>
  parts.flatMap((part) => part.lines).find((line) => line.path === path)?.value
const octetsAt = (parts: readonly AnswerPart[], path: string): string => {
  for (const part of parts) {
    const line = part.lines.find((one) => one.path === path)
    if (line) return Buffer.from(part.bytes.subarray(line.start, line.end)).toString('utf8')
  }
  return ''
}

const WHOLE = [
  'receipt',
  'envelope',
  'header',
  'payload',
  'signature',
  'keys[0].header',
  'keys[0].payload',
  'keys[0].signature',
  'keys[0].csr',
]

describe('an answer taken apart for its evidence', () => {
  it('every part, with its values and their octets', () => {
    const parts = decode(buildAnswer().body)
    expect(names(parts)).toEqual(WHOLE)
    expect(parts.every((part) => part.problem === null)).toBe(true)
    expect(valueAt(parts, 'header.nonce')).toBe(NONCE)
    expect(octetsAt(parts, 'header.nonce')).toBe(`"${NONCE}"`)
    expect(octetsAt(parts, 'payload.deviceinfo.name')).toBe('"Åsa’s iPhone"')
    expect(valueAt(parts, 'keys[0].csr.info.version')).toBe('0')
    expect(valueAt(parts, 'keys[0].csr.info.subject[2][0][1]')).toBe('Åsa Öberg')
  })

  it('marks what a check looked at, and with a finding about one key that key', () => {
    const asked = ['a', 'b'].map((keyid) => ({ keyid, usage: 'SIG', keyTypes: ['EC-P256'] }))
    const input = buildAnswer(
      { innerPayload: (good, keyid) => (keyid === 'b' ? { ...good, use: 'AUT' } : good) },
      { keys: asked },
    )
    const parts = decode(input.body)
    const checks = checkAnswer(input).checks
    const marks = (id: string) =>
      findMarks(checks.find((check) => check.id === id) ?? (checks[0] as (typeof checks)[0]), parts).paths
    expect(marks('C12')).toEqual(['header.nonce'])
    expect(marks('C18')).toContain('keys[1].payload.use')
    expect(marks('C18').some((path) => path.startsWith('keys[0]'))).toBe(false)
    expect(marks('C21')).toEqual(expect.arrayContaining(['keys[0].payload.x', 'keys[1].payload.y', 'keys[1].csr.info.spki']))
    expect(liesIn('keys[1].csr.info.spki.key', marks('C21'))).toBe(true)
  })

  it('what is broken is shown as far as it goes', () => {
    expect(names(decode(Buffer.from('not JSON')))).toEqual(['receipt', 'envelope'])
    expect(decode(Buffer.from('not JSON'))[1]).toMatchObject({ kind: 'bytes', problem: 'no value at character 1' })
    const cut = decode(buildAnswer({ body: (good) => good.slice(0, -20) }).body)
    expect(names(cut)).toEqual(WHOLE)
    expect(cut[1]?.problem).toContain('no whole string')
    const twoParts = decode(buildAnswer({ outer: (good) => good.split('.').slice(0, 2).join('.') }).body)
    expect(names(twoParts)).not.toContain('signature')
    const noBase64 = decode(buildAnswer({ certreq: () => 'not base64!' }).body)
    expect(noBase64.at(-1)).toMatchObject({ path: 'keys[0].csr', kind: 'bytes', problem: 'not base64' })
    const cutRequest = decode(buildAnswer({ csrDer: (good) => good.subarray(0, 60) }).body)
    expect(cutRequest.at(-1)).toMatchObject({
      path: 'keys[0].csr',
      kind: 'asn1',
      problem: 'the value at octet 0 ends after what holds it',
    })
  })

  it('octets that are no UTF-8 are shown as they came, in a message and in a signed part', () => {
    const body = Buffer.concat([Buffer.from('{"a":"é'), Buffer.of(0xff, 0xfe), Buffer.from('","b":1}')])
    const [, envelope] = decodeAnswer(messageOf(body, body.toString('base64')), null)
    expect(envelope?.lines.map((line) => line.path)).toEqual(['envelope', 'envelope.a', 'envelope.b'])
    const a = envelope?.lines[1]
    expect(Buffer.from(envelope?.bytes.subarray(a?.start, a?.end) ?? []).toString('hex')).toBe('22c3a9fffe22')

    const signed = decode(buildAnswer({ outer: (good) => good.replace(/^[^.]+/, body.toString('base64url')) }).body)
    expect(Buffer.from(signed.find((part) => part.path === 'header')?.bytes ?? [])).toEqual(body)
  })

  it('an answer that is hidden for the challenge in it is not taken for a broken one', () => {
    const body = { provResponse: { result: { contenttype: 'jws', data: HIDDEN_REQUEST } } }
    expect(names(decode(Buffer.from(JSON.stringify(body))))).toEqual(['receipt', 'envelope'])
  })

  it('which parts have marked places, and what the keys call themselves', () => {
    const parts = decode(buildAnswer().body)
    const marks = ['header.nonce', 'keys[0].payload.n', 'keys[0].payload.e']
    expect(partsMarked(parts, marks)).toEqual([
      { path: 'header', count: 1, first: 'header.nonce' },
      { path: 'keys[0].payload', count: 2, first: 'keys[0].payload.e' },
    ])
    expect([...nameKeys(parts)]).toEqual([['keys[0]', 'signer']])
  })
})
