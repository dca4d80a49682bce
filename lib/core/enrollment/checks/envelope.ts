/**
 * C1–C6: the envelope that Hermod posted. It is not signed: these checks find mistakes and mix-ups; that the answer is the phone's
 * is shown by the groups after this one.
 */
import { MAX_MESSAGE_BYTES, readOutcome } from '../../hermod/messages.ts'
import { type Check, fail, pass, skip } from './types.ts'

/** C1: how it came. A callback without credentials is not even stored; its size is looked at again here. */
export const checkTransport: Check = ({ facts, reading }) => {
  const expected = `Basic credentials, at most ${MAX_MESSAGE_BYTES} bytes`
  if (!facts.authenticated) return fail('envelope', expected, 'no or wrong credentials')
  if (reading.size > MAX_MESSAGE_BYTES) return fail('size', expected, `${reading.size} bytes`)
  return pass(expected, `authenticated, ${reading.size} bytes`)
}

/** C2: RFC 8259, RFC 7493. */
export const checkJson: Check = ({ reading: { json } }) => {
  const expected = 'UTF-8 JSON, no member twice, at most 16 levels'
  return json.ok ? pass(expected, 'as expected') : fail(json.code, expected, json.problem)
}

/** C3: protocol note 4.3. One response of the right kind and no other. */
export const checkEnvelopeSchema: Check = ({ reading: { json, envelope, jwsText } }) => {
  if (!json.ok || envelope === null) return skip('C2')
  const expected = 'a provisioning response (provResponse) with one JWS'
  if (!envelope.ok) return fail('schema', expected, envelope.problem)
  const { provResponse, certResponse, responseHeader } = envelope.value
  if (provResponse === undefined || certResponse !== undefined) {
    return fail('schema', expected, certResponse === undefined ? 'no provResponse' : 'a certResponse')
  }
  if (responseHeader === undefined) return fail('schema', expected, 'no responseHeader')
  if (provResponse.result?.contenttype !== 'jws') {
    return fail('schema', expected, `contenttype ${provResponse.result?.contenttype ?? 'is missing'}`)
  }
  if (jwsText === null || jwsText === '') return fail('schema', expected, 'data is empty')
  return pass(expected, `provResponse, JWS of ${jwsText.length} characters`)
}

/** C4: ours by every name it has. `inReplyTo` names the message on Hermod that the phone answered. */
export const checkCorrelation: Check = ({ expectation, policy, reading: { envelope } }) => {
  if (envelope === null) return skip('C2')
  if (!envelope.ok) return skip('C3')
  const callback = envelope.value
  const expected = `command ${expectation.hermodCommandId ?? '(not yet known)'}, externalId ${expectation.externalId}, PROV, in reply to our message`
  const wrong = (what: string) => fail('envelope', expected, what)
  if (expectation.hermodCommandId !== null && callback.commandId !== expectation.hermodCommandId)
    return wrong(`commandId ${callback.commandId}`)
  if (callback.externalId !== expectation.externalId) return wrong(`externalId ${callback.externalId ?? 'is missing'}`)
  if (callback.commandType !== 'PROV') return wrong(`commandType ${callback.commandType}`)
  const inReplyTo = callback.responseHeader?.inReplyTo
  const url = inReplyTo === undefined ? null : URL.parse(inReplyTo)
  if (url === null) return wrong(`inReplyTo ${inReplyTo ?? 'is missing'}`)
  if (!isAcceptedHost(url.hostname, policy.acceptedHosts)) return wrong(`inReplyTo at host ${url.hostname}`)
  if (expectation.mid !== null && url.pathname.split('/').at(-1) !== expectation.mid)
    return wrong('inReplyTo names another message')
  return pass(expected, `command ${callback.commandId}, externalId ${callback.externalId}, PROV`)
}

/** C5: by the database's clock, at the moment the callback was stored. */
export const checkStillOpen: Check = ({ expectation, facts }) => {
  const expected = `an open offer${expectation.expiresAt === null ? '' : ` until ${expectation.expiresAt.toISOString()}`}`
  if (!expectation.live) return fail('envelope', expected, 'nobody waits for this command any more')
  if (expectation.expiresAt !== null && facts.receivedAt.getTime() > expectation.expiresAt.getTime()) {
    return fail('envelope', expected, `received at ${facts.receivedAt.toISOString()}`)
  }
  return pass(expected, `received at ${facts.receivedAt.toISOString()}`)
}

/** C6: the success predicate of protocol note 4.3, exactly. */
export const checkSuccess: Check = ({ reading: { envelope } }) => {
  if (envelope === null) return skip('C2')
  if (!envelope.ok) return skip('C3')
  const expected = 'state COMPLETED, status 200, code 0'
  const outcome = readOutcome(envelope.value)
  switch (outcome.kind) {
    case 'success':
      return pass(expected, expected)
    case 'answered_no':
      return fail(
        'remote_code',
        expected,
        `state COMPLETED, status ${outcome.status ?? 'missing'}, code ${outcome.code ?? 'missing'}`,
      )
    case 'in_progress':
      return fail('remote_state', expected, 'state IN_PROGRESS')
    case 'ended':
      return fail('remote_state', expected, `state ${outcome.state ?? 'missing'}`)
  }
}

/**
 * Host names are compared exactly, in ASCII lower case: no trailing dot, no port, no sub-domain, no look-alike letter. URLs write IPv6
 * addresses in brackets, configurations often do not.
 */
export function isAcceptedHost(host: string, accepted: readonly string[]): boolean {
  if (!/^[\x21-\x7e]+$/.test(host)) return false
  const plain = withoutBrackets(host.toLowerCase())
  return accepted.some((name) => withoutBrackets(name.toLowerCase()) === plain)
}

const withoutBrackets = (name: string): string => (name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name)
