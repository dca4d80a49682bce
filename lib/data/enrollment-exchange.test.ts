import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { blankSecrets } from './enrollment-exchange.ts'

const callback = readFileSync(new URL('../../e2e/vectors/nexus-example/certificate-callback.json', import.meta.url), 'utf8')
const hide = (text: string, nonceIsLive = false) => blankSecrets(text, { nonceIsLive })

describe('messages as staff may see them', () => {
  it('offers are taken out of the vendor’s message, and nothing else', () => {
    const shown = hide(callback)
    expect(shown).not.toMatch(/plugout|token=|73b263de/)
    expect(JSON.parse(shown)).toMatchObject({
      commandId: '18093',
      certResponse: { code: 0 },
      destinations: [{ pid: expect.any(String) }],
    })
  })

  it.each([
    'com.nexusgroup.plugout:///?url=https%3a%2f%2fh&token=s3cret',
    '{"uri":"com.nexusgroup.plugout:\\/\\/\\/?token=s3cret"}',
    '{"uri" : "COM.NEXUSGROUP.PLUGOUT:///?token=s3cret"',
    '<p>com.nexusgroup.plugout:///?token=s3cret</p>',
    "{'x': 'com.nexusgroup.plugout:///?token=s3cret'}",
    '{"uri":"otherscheme:///?token=s3cret"}',
    '{"location":"https:\\/\\/h?a=1\\u0026token=s3cret"}',
    'https://h/?next=com.nexusgroup.plugout%3A%2F%2F%2F%3Ftoken%3Ds3cret',
  ])('also out of what is no JSON: %s', (text) => expect(hide(text)).not.toContain('s3cret'))

  it('an address without a secret stays', () => {
    const text = '{"uri":"https://hermod.example/rest"}'
    expect(hide(text)).toBe(text)
  })

  it('the nonce is hidden while the code is live, and only then', () => {
    const text = '{"nonce": "123456789", "other": "123456789"}'
    expect(hide(text)).toBe(text)
    expect(JSON.parse(hide(text, true))).toEqual({ nonce: '(hidden while the code is live)', other: '123456789' })
  })

  it('requests are hidden while the challenge in them is good, and nothing beside them', () => {
    const text = '{"nonce":"1","certreq":"MIIB","result":{"contenttype":"jws","data" : "ey.J\\"x"}}'
    expect(blankSecrets(text, { nonceIsLive: false })).toBe(text)
    const shown = blankSecrets(text, { nonceIsLive: false, challengeIsLive: true })
    expect(JSON.parse(shown)).toMatchObject({ nonce: '1', result: { contenttype: 'jws' } })
    expect(shown).not.toMatch(/MIIB|ey\.J/)
  })
})
