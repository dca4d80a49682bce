import { describe, expect, it } from 'vitest'
import { vectorFile } from '#e2e/builders/vendor-example.ts'
import {
  buildCertificateCommand,
  buildProvisionCommand,
  certificateCommandSchema,
  parseCallback,
  parseCommandReply,
  provisionCommandSchema,
  readOutcome,
} from './messages.ts'
import { parseOfferUri } from './offer-uri.ts'

const json = (name: string) => JSON.parse(vectorFile(`nexus-example/${name}`).toString('utf8'))
const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
const callback = json('provision-callback.json')

describe('commands', () => {
  it('the provision command is the vendor’s, field for field', () => {
    const example = json('provision-command.json')
    const request = example.provCommand.profile.keygenrequests[0]
    const ours = buildProvisionCommand({
      externalId: 'my-id',
      timeoutS: 300,
      nonce: '123456789',
      userid: 'userA',
      attestationKeySet: 'ATTESTATION',
      servername: 'nexus-cod1',
      profileName: 'TestProfile',
      keys: [
        {
          keyid: 'signer',
          usage: 'SIG',
          kinds: [{ keytype: 'RSA', keylength: '2048', responsemechanism: 'RS256' }],
          dummyCsr: Buffer.from(request.certreq, 'base64'),
        },
      ],
    })
    expect(ours).toEqual(example)
    expect(provisionCommandSchema.parse(ours)).toEqual(ours)
  })

  it('the certificate command is the vendor’s, field for field', () => {
    const example = json('certificate-command.json')
    const ours = buildCertificateCommand({
      externalId: 'my-id',
      timeoutS: 60,
      userid: 'userA',
      profileRef: example.certCommand.profileid,
      certificates: [{ keyid: 'signer', der: Buffer.from(example.certCommand.certificates[0].data, 'base64') }],
    })
    expect(ours).toEqual(example)
    expect(certificateCommandSchema.parse(ours)).toEqual(ours)
  })

  it('a field that is not documented is no command', () => {
    const example = json('provision-command.json')
    expect(provisionCommandSchema.safeParse({ ...example, provCommand: { ...example.provCommand, pin: 6 } }).success).toBe(false)
  })
})

describe('replies', () => {
  const reply = { commandId: '688', destinations: callback.destinations, commandType: 'PROV', state: 'IN_PROGRESS', fqdn: 'h' }

  it('as documented, unknown members left out', () => {
    expect(parseCommandReply(bytes({ ...reply, more: 1.5 }))).toEqual({ ok: true, value: reply })
  })

  it.each([
    ['<html>oops</html>', 'json'],
    ['', 'json'],
    ['[]', 'schema'],
    ['null', 'schema'],
    [{ ...reply, commandId: 688 }, 'schema'],
    [{ ...reply, commandId: undefined }, 'schema'],
    [{ ...reply, destinations: {} }, 'schema'],
    [{ ...reply, destinations: [{ uri: 7 }] }, 'schema'],
    // Found by mutation: such a number passed for a destination of which nothing is known.
    ['{"commandId":"1","destinations":[1e0]}', 'schema'],
    ['{"commandId":"1","destinations":[{"to":"@tmp"},9007199254740993]}', 'schema'],
    ['{"commandId":"1","commandId":"2"}', 'json_dup'],
    [{ ...reply, fill: 'x'.repeat(70_000) }, 'size'],
  ])('garbage %# is refused', (body, code) => expect(parseCommandReply(bytes(body))).toMatchObject({ ok: false, code }))
})

describe('callbacks', () => {
  it('both of the vendor’s are read', () => {
    const provision = parseCallback(vectorFile('nexus-example/provision-callback.json'))
    const certificate = parseCallback(vectorFile('nexus-example/certificate-callback.json'))
    expect(provision.ok && readOutcome(provision.value)).toEqual({ kind: 'success' })
    expect(certificate.ok && readOutcome(certificate.value)).toEqual({ kind: 'success' })
    expect(certificate.ok && certificate.value.destinations[0]?.pid).toBe('3051e9f3-0e4d-436b-a512-2e18d8afe134')
  })

  it.each<[string, Record<string, unknown>, unknown]>([
    ['still waiting', { state: 'IN_PROGRESS', provResponse: undefined, responseHeader: undefined }, { kind: 'in_progress' }],
    ['timed out', { state: 'TIMEOUT', provResponse: undefined, responseHeader: undefined }, { kind: 'ended', state: 'TIMEOUT' }],
    ['no state', { state: undefined }, { kind: 'ended', state: null }],
    ['code 5 without a result', { provResponse: { code: 5 } }, { kind: 'answered_no', status: 200, code: 5 }],
    [
      'status 500',
      { responseHeader: { ...callback.responseHeader, status: 500 } },
      { kind: 'answered_no', status: 500, code: 0 },
    ],
    ['completed without a response', { provResponse: undefined }, { kind: 'answered_no', status: 200, code: null }],
  ])('%s', (_name, change, outcome) => {
    const parsed = parseCallback(bytes({ ...callback, ...change }))
    expect(parsed.ok && readOutcome(parsed.value)).toEqual(outcome)
  })
})

describe('offer URI', () => {
  it('the example’s is read, its mixed-case encoding decoded', () => {
    const { uri } = callback.destinations[0]
    expect(uri).toMatch(/%3a%2f.*%3A/)
    expect(parseOfferUri(uri)).toEqual({
      mailboxUrl: 'https://ext-cod1.test.nexusgroup.com:20400/hermod/rest/ms/99678846-836a-42f2-99e4-1de31bca857f',
      token: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
  })

  it.each([
    '',
    'x',
    'https://h/?url=https://h&token=t',
    'com.nexusgroup.plugout:///?url=https://h',
    'com.nexusgroup.plugout:///?token=t',
    'com.nexusgroup.plugout:///?url=javascript:1&token=t',
    'com.nexusgroup.plugout:///?url=https://h&token=a&token=b',
    'com.nexusgroup.plugout://evil/?url=https://h&token=t',
  ])('refused: %s', (uri) => expect(parseOfferUri(uri)).toBeNull())
})
