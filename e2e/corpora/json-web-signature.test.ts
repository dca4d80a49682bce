import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readCompact } from '#lib/core/jws/compact.ts'
import { countBy, isAccepted, judgeJws, readCases, secretKeyOf, type WycheproofCase } from './wycheproof.ts'

const cases = readCases('json_web_signature_test.json')
const keyOf = (one: WycheproofCase) => one.keys[0] ?? {}
const ids = (found: WycheproofCase[]): number[] => found.map(({ test }) => test.tcId)

/** Valid signatures that the portal refuses all the same: by what the key says it is for. */
const EXCLUSIONS: Record<string, string> = {
  HS256: 'symmetric: whoever verifies could have signed; never asked for',
  PS256: 'RSASSA-PSS: not documented on the wire, and its parameters are a second language',
  PS384: 'as PS256',
  PS512: 'as PS256',
  ES521: 'P-521 (the file writes ES512 so): no phone is asked for it',
}

describe('Wycheproof JSON Web Signature: all 401', () => {
  it('none of the 355 invalid ones is accepted, whatever the algorithm', () => {
    const invalid = cases.filter(({ test }) => test.result === 'invalid')
    expect(ids(invalid.filter(isAccepted))).toEqual([])
    expect(countBy(invalid, (one) => judgeJws(one.test.jws, keyOf(one)))).toEqual({
      // HS256, PS256, PS384, PS512 and the four keys that say no algorithm.
      key_alg: 93,
      // What reaches our own syntax, header and signature checks.
      syntax: 14,
      alg: 1,
      header: 1,
      signature: 246,
    })
  })

  it('every one of the 18 valid ones of an algorithm we allow is accepted', () => {
    const allowed = cases.filter((one) => one.test.result === 'valid' && judgeJws(one.test.jws, keyOf(one)) !== 'key_alg')
    expect(ids(allowed.filter((one) => !isAccepted(one)))).toEqual([])
    expect(countBy(allowed, (one) => String(keyOf(one).alg))).toEqual({ RS256: 8, RS384: 4, RS512: 4, ES256: 2 })
  })

  it('the 28 valid ones left out are left out for a reason with a name', () => {
    const excluded = cases.filter((one) => one.test.result === 'valid' && !isAccepted(one))
    expect(excluded.filter((one) => EXCLUSIONS[String(keyOf(one).alg)] === undefined)).toEqual([])
    expect(countBy(excluded, (one) => String(keyOf(one).alg))).toEqual({ HS256: 10, PS256: 8, PS384: 4, PS512: 4, ES521: 2 })
    // None is called "acceptable": the three numbers are the whole file.
    expect([cases.length, countBy(cases, ({ test }) => test.result)]).toEqual([401, { valid: 46, invalid: 355 }])
  })

  it('spelling: with the MAC computed here, our reading agrees with every HS256 case but four', () => {
    const symmetric = cases.filter((one) => keyOf(one).alg === 'HS256')
    const differing = symmetric.filter((one) => {
      const { segments, header } = readCompact(one.test.jws)
      const mac =
        segments &&
        createHmac('sha256', secretKeyOf(keyOf(one)))
          .update(segments.signingInput)
          .digest()
      return (
        (header?.alg === 'HS256' && mac?.equals(segments?.signature ?? Buffer.alloc(0)) === true) !==
        (one.test.result === 'valid')
      )
    })
    expect(differing.map(({ test }) => [test.tcId, test.comment])).toEqual([
      // The file lost the padding they are named for: byte for byte these two are the valid case 357.
      [367, 'invalidBase64Padding'],
      [370, 'invalidBase64PaddingInPayload'],
      // Called valid with a question mark inside a segment. RFC 7515 section 2 has no place for it: not canonical, refused.
      [372, 'InvalidCharacterInsertedInHeader'],
      [373, 'InvalidCharacterInsertedInPayload'],
    ])
    const [original] = symmetric.filter(({ test }) => test.tcId === 357)
    expect(symmetric.filter(({ test }) => test.jws === original?.test.jws).map(({ test }) => test.tcId)).toEqual([357, 367, 370])
    expect(symmetric.length).toBe(40)
  })
})
