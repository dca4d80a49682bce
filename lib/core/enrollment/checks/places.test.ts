import { describe, expect, it } from 'vitest'
import { decodeAnswer } from '#components/enrollment/decode-answer.ts'
import { vectorFile } from '#e2e/builders/vendor-example.ts'
import type { ExchangeMessage } from '../../views.ts'
import { CHECK_IDS } from '../evidence.ts'
import { CHECK_PLACES, checksLookingAt, placeMatcher } from './places.ts'

const message = (body: string): ExchangeMessage => ({
  id: 'x',
  at: '2018-04-12T12:07:00.000Z',
  direction: 'from_hermod',
  kind: 'provision',
  title: '',
  status: '',
  note: null,
  body,
  size: Buffer.byteLength(body),
  bytes: null,
  answerTo: 'y',
})
const vendor = (name: string) => message(vectorFile(`nexus-example/${name}.json`).toString('utf8'))
const paths = decodeAnswer(vendor('provision-callback'), vendor('provision-command')).flatMap((part) =>
  part.lines.map((line) => line.path),
)

describe('where each check looks', () => {
  it.each(CHECK_IDS)('%s: in places that the vendor’s example has', (id) => {
    expect(CHECK_PLACES[id].length).toBeGreaterThan(0)
    expect(CHECK_PLACES[id].filter((pattern) => !paths.some(placeMatcher(pattern)))).toEqual([])
  })

  it('and the other way: which checks look at a part', () => {
    expect(checksLookingAt('header.nonce')).toEqual(['C12'])
    expect(checksLookingAt('keys[0].csr.info.spki')).toEqual(['C21', 'C22'])
    expect(checksLookingAt('keys[3].payload.n')).toEqual(['C18', 'C19', 'C21'])
    expect(checksLookingAt('envelope.fqdn')).toEqual(['C13'])
    expect(checksLookingAt('payload.deviceinfo')).toEqual([])
  })

  it('a finding about one key is about that entry alone', () => {
    const matches = placeMatcher('keys[*].signature', { answered: 1, asked: 0 })
    expect([matches('keys[1].signature'), matches('keys[0].signature'), matches('keys[1].signatures')]).toEqual([
      true,
      false,
      false,
    ])
    const request = (at: number) => `command.provCommand.profile.keygenrequests[${at}].certreq`
    const asked = placeMatcher(request(0).replace('[0]', '[*]'), { answered: 1, asked: 0 })
    expect([asked(request(0)), asked(request(1))]).toEqual([true, false])
  })
})
