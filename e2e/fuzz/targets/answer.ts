/**
 * The whole check of a provisioning answer. Bound, whoever signs: person, server, profile, one-time number, keyids, keys, subjects, attestation
 * key. The phone's own words, free where the app signs them: device, profile id, mailbox, digest of the server's certificate where none is pinned.
 */
import { isDeepStrictEqual } from 'node:util'
import { type CheckedAnswer, checkAnswer } from '#lib/core/enrollment/checks/index.ts'
import { CHECK_FAILURE_CODES } from '#lib/core/errors.ts'
import { EXCHANGES, type Exchange } from '../answers.ts'
import { mutateAnswer } from '../mutate-answer.ts'
import { refused, same, target, unless, varies, wrong } from '../target.ts'

const byName = new Map(EXCHANGES.map((exchange) => [exchange.name, exchange]))
const exchangeOf = (name: string): Exchange => {
  const exchange = byName.get(name)
  if (exchange === undefined) throw new Error(`no answer is called ${name}`)
  return exchange
}

const hex = (bytes: Uint8Array | null): string => (bytes === null ? '' : Buffer.from(bytes).toString('hex'))

/** What a certificate would be issued by. Order of the keys says nothing. */
const boundOf = ({ read }: CheckedAnswer) => ({
  userid: read.userid,
  servername: read.servername,
  profileName: read.profileName,
  attestation: read.attestationThumbprint,
  keys: read.keys
    .map((key) => ({
      keyid: key.keyid,
      usage: key.usage,
      type: key.keyType,
      spki: hex(key.spki),
      subject: hex(key.csrSubjectDer),
      text: key.csrSubject,
    }))
    .sort((a, b) => (a.keyid < b.keyid ? -1 : 1)),
})
const ownOf = ({ read }: CheckedAnswer) => ({
  device: read.device,
  profileId: read.profileId,
  boxUrl: read.boxUrl,
  sch: read.sch,
})

const originals = new Map(EXCHANGES.map(({ name, input }) => [name, checkAnswer(input)]))

/** Everything a result says must be storable and showable: no NUL, no half characters, nothing endless. */
function findUnfitText({ checks, read }: CheckedAnswer): string | null {
  const unfit = (text: string | null | undefined): boolean =>
    typeof text === 'string' && (text.includes('\0') || !text.isWellFormed())
  const check = checks.find(({ expected, observed, keyid }) =>
    [expected, observed, keyid].some((text) => unfit(text) || (text?.length ?? 0) > 500),
  )
  if (check !== undefined) return `what ${check.id} says cannot be stored`
  const texts = [read.jws, read.profileId, read.boxUrl, read.servername, read.profileName, read.userid, read.sch]
  const keys = read.keys.flatMap((key) => [key.keyid, key.usage, key.csrSubject])
  if ([...texts, ...keys, ...Object.values(read.device ?? {})].some(unfit)) return 'what was read cannot be stored'
  return read.keys.some((key) => CONTROLS.test(key.csrSubject ?? '')) ? 'a subject is shown with invisible characters' : null
}

const CONTROLS = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u

/** The same body as a careless reader sees it. */
function carelessReading(body: Uint8Array) {
  const decode = (segment: string | undefined) => JSON.parse(Buffer.from(segment ?? '', 'base64url').toString('utf8'))
  const [header, payload] = JSON.parse(Buffer.from(body).toString('utf8')).provResponse.result.data.split('.')
  const { profile } = decode(payload)
  return {
    nonce: decode(header).nonce,
    userid: profile.userid,
    servername: profile.servername,
    profileName: profile.name,
    profileId: profile.id,
    boxUrl: profile.boxurl,
    csrs: profile.signedkeys.map((text: string) => Buffer.from(decode(text.split('.')[1]).certreq, 'base64').toString('hex')),
  }
}

function findOtherReading(body: Uint8Array, nonce: string, { read }: CheckedAnswer): string | null {
  const ours = {
    nonce,
    userid: read.userid,
    servername: read.servername,
    profileName: read.profileName,
    profileId: read.profileId,
    boxUrl: read.boxUrl,
    csrs: read.keys.map((key) => hex(key.csr)),
  }
  return isDeepStrictEqual(ours, carelessReading(body)) ? null : 'JSON.parse reads another answer in it'
}

export default target<CheckedAnswer>({
  name: 'answer',
  what: 'a provisioning answer through all checks (C1–C25)',
  share: 20,
  mutate: (choices) => {
    // Signing with RSA is most of the work of a run; what lies behind the signatures does not hang on the algorithm.
    const exchange = choices.of(choices.onceIn(3) ? EXCHANGES : [exchangeOf('two EC keys')])
    const { body, how, signed } = mutateAnswer(exchange, choices)
    return { bytes: body, original: exchange.name, signedBy: signed ? 'attestation' : null, how }
  },
  read: ({ bytes, original }) => checkAnswer({ ...exchangeOf(original).input, body: bytes }),
  judge: (mutant, result) => {
    const unfit = findUnfitText(result)
    if (unfit !== null) return wrong(unfit)
    if (result.verdict === 'failed') {
      const { failureCode } = result
      return unless(
        failureCode === null || !CHECK_FAILURE_CODES.includes(failureCode) ? `refused with code ${failureCode}` : null,
        refused(String(failureCode)),
      )
    }
    const original = originals.get(mutant.original) as CheckedAnswer
    if (!isDeepStrictEqual(boundOf(result), boundOf(original)))
      return wrong('accepted for another person, profile, key or subject')
    const other = findOtherReading(mutant.bytes, exchangeOf(mutant.original).input.expectation.nonce, result)
    if (other !== null) return wrong(other)
    if (isDeepStrictEqual(ownOf(result), ownOf(original))) return same
    return mutant.signedBy === 'attestation'
      ? varies('the phone’s own words (device, profile id, mailbox) differ')
      : wrong('accepted with other words of the phone that the app did not sign')
  },
})
