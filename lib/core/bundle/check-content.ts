/**
 * Whether the parts of a bundle, which are known to be as they were signed, say one thing. A line for each thing, in the order in which
 * the enrolment happened. What a bundle of this state does not have is not asked for; what it must have and has not fails.
 */

import { z } from 'zod'
import type { Bytes } from '../asn1/der.ts'
import { auditText } from '../audit-text.ts'
import { readAttestationPolicy, trustedKeysAt } from '../enrollment/attestation-policy.ts'
import {
  type CheckAnswerInput,
  type CheckedAnswer,
  checkAnswer,
  RecordError,
  readRecordedInput,
} from '../enrollment/checks/index.ts'
import type { CheckResult } from '../enrollment/evidence.ts'
import { CodedError } from '../errors.ts'
import { parseCallback, provisionCommandSchema } from '../hermod/messages.ts'
import { readCsr } from '../x509/csr.ts'
import { spkiSha256 } from '../x509/spki.ts'
import { checkCertificates } from './check-certificates.ts'
import {
  auditFactsSchema,
  callbackFactsSchema,
  certificateFactsSchema,
  commandFactsSchema,
  enrollmentFactsSchema,
  evidenceFactsSchema,
  judgedBySchema,
} from './content.ts'
import { type BundleFinding, failed, ok } from './findings.ts'
import { parseJson, sha256Hex } from './format.ts'

export type Parts = ReadonlyMap<string, Bytes>

/** Something in a part is not as it has to be; the message says what. */
export class ContentError extends CodedError<'content'> {
  constructor(message: string) {
    super('content', message)
  }
}

export function demand(holds: boolean, message: string): asserts holds {
  if (!holds) throw new ContentError(message)
}

/** One line: what `look` says, or why it could not be right. */
export function finding(name: string, look: () => string): BundleFinding {
  try {
    return ok(name, look())
  } catch (error) {
    if (error instanceof CodedError || error instanceof RecordError) return failed(name, error.message)
    return failed(name, `it cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}

export function readPart(parts: Parts, name: string): Bytes {
  const bytes = parts.get(name)
  if (bytes === undefined) throw new ContentError(`the part ${name} is missing`)
  return bytes
}

function readFacts<T>(parts: Parts, name: string, schema: z.ZodType<T>): T {
  const result = schema.safeParse(parseJson(Buffer.from(readPart(parts, name)).toString('utf8')))
  if (result.success) return result.data
  throw new ContentError(`${name} is not of the documented form (${result.error.issues[0]?.path.join('.') ?? ''})`)
}

export type Facts = ReturnType<typeof readAllFacts>

function readAllFacts(parts: Parts) {
  return {
    enrollment: readFacts(parts, 'enrollment.json', enrollmentFactsSchema),
    commands: readFacts(parts, 'commands.json', z.array(commandFactsSchema)),
    callbacks: readFacts(parts, 'callbacks.json', z.array(callbackFactsSchema)),
    certificates: readFacts(parts, 'certificates.json', z.array(certificateFactsSchema)),
    audit: readFacts(parts, 'audit.json', z.array(auditFactsSchema)),
    evidence: parts.has('evidence.json') ? readFacts(parts, 'evidence.json', evidenceFactsSchema) : null,
    judgedBy: parts.has('judged-by.json') ? readFacts(parts, 'judged-by.json', judgedBySchema) : null,
  }
}

export function checkContent(parts: Parts, about: { enrollmentId: string }): BundleFinding[] {
  let facts: Facts
  try {
    facts = readAllFacts(parts)
  } catch (error) {
    return [
      finding('content', () => {
        throw error
      }),
    ]
  }
  const enrollment = finding('enrolment', () => {
    demand(facts.enrollment.id === about.enrollmentId, 'the facts are of another enrolment than the manifest')
    return `${facts.enrollment.id}, ${facts.enrollment.state}`
  })
  return [
    enrollment,
    ...facts.callbacks.map((callback) => checkOriginal(parts, callback)),
    ...checkEvidence(parts, facts),
    ...(facts.audit.length > 0 ? [checkAudit(facts)] : []),
  ]
}

/** A callback without an offer in it is there octet for octet, so its hash must be the original's. */
function checkOriginal(parts: Parts, { part, sha256, blanked }: Facts['callbacks'][number]): BundleFinding {
  return finding(`original of ${part}`, () => {
    const bytes = readPart(parts, part)
    if (blanked > 0) return `${blanked} octets of offers were taken out; the original’s SHA-256 is ${sha256}`
    demand(sha256Hex(bytes) === sha256, 'it is not the message that came')
    return 'octet for octet as it came'
  })
}

function checkEvidence(parts: Parts, facts: Facts): BundleFinding[] {
  const { evidence, judgedBy } = facts
  if (evidence === null || judgedBy === null) {
    const released = facts.certificates.length > 0
    return [
      finding('evidence', () => {
        demand(!released && evidence === null && judgedBy === null, 'there are certificates or a policy, but no evidence')
        return 'no answer was judged, and nothing was issued'
      }),
    ]
  }
  let input: CheckAnswerInput | null = null
  let again: CheckedAnswer | null = null
  const replay = finding('evidence', () => {
    input = readRecordedInput(judgedBy.record, readPart(parts, evidence.callback))
    again = checkAnswer(input)
    return compareEvidence(evidence.verdict, evidence.checks, again)
  })
  const binding = finding('binding', () => checkBinding(parts, facts, input))
  const passed = evidence.verdict === 'passed'
  return [
    binding,
    ...(judgedBy.policyVersion === null ? [] : [finding('policy', () => checkPolicy(parts, facts, input))]),
    replay,
    ...(passed && again && input ? checkCertificates(parts, facts, input, again) : []),
    ...(passed
      ? []
      : [
          finding('certificates', () => {
            demand(facts.certificates.length === 0, 'a refused answer has a certificate')
            return 'none was issued: the answer was refused'
          }),
        ]),
  ]
}

/** As a jsonb column keeps text (lib/data/storable.ts). */
const stored = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd')
const essence = ({ id, outcome, code, keyid, needs }: CheckResult): string =>
  stored(JSON.stringify([id, outcome, code, keyid ?? null, needs ?? []]))
const wording = ({ expected, observed }: CheckResult): string => stored(`${expected}\n${observed}`)

/** Words may be put better by a later version; outcomes may not change. */
function compareEvidence(verdict: string, checks: readonly CheckResult[], again: CheckedAnswer): string {
  for (const check of checks) {
    const now = again.checks.find(({ id }) => id === check.id)
    demand(
      now !== undefined && essence(now) === essence(check),
      `${check.id} comes out as ${now?.outcome ?? 'nothing'}, not ${check.outcome}`,
    )
  }
  demand(again.verdict === verdict, `the verdict comes out as ${again.verdict}, not ${verdict}`)
  const reworded = checks.some((check) => again.checks.some((now) => now.id === check.id && wording(now) !== wording(check)))
  return `${verdict}: all ${checks.length} checks come out as stored${reworded ? ', some in other words' : ''}`
}

/** That what the checks were told to expect is what the command, as sent, asked for. */
function checkBinding(
  parts: Parts,
  { evidence, commands, callbacks, enrollment }: Facts,
  input: CheckAnswerInput | null,
): string {
  demand(input !== null && evidence !== null, 'what the checks were given cannot be read')
  const command = commands.find(({ name }) => name === evidence.command)
  const callback = callbacks.find(({ part }) => part === evidence.callback)
  demand(
    command !== undefined && callback !== undefined && callback.command === command.name,
    'the judged message answers no command of this bundle',
  )
  const { provCommand, commandHeader } = provisionCommandSchema.parse(
    parseJson(Buffer.from(readPart(parts, command.request)).toString('utf8')),
  )
  const { expectation, facts } = input
  demand(expectation.nonce === provCommand.nonce, 'the nonce is not the one that was sent')
  demand(
    expectation.userid === provCommand.userid && expectation.userid === enrollment.user.userid,
    'the user is not the one that was asked for',
  )
  demand(
    expectation.servername === provCommand.profile.servername && expectation.profileName === provCommand.profile.name,
    'the profile is not the one that was asked for',
  )
  demand(
    expectation.externalId === commandHeader.externalId && expectation.externalId === command.externalId,
    'the external id is not the one that was sent',
  )
  demand(facts.receivedAt.toISOString() === callback.receivedAt, 'the message was received at another time')
  const requests = provCommand.profile.keygenrequests
  demand(expectation.keys.length === requests.length, 'the keys are not those that were asked for')
  for (const request of requests) {
    const asked = expectation.keys.find(({ keyid }) => keyid === request.keyid)
    const dummy = command.dummies.find(({ keyid }) => keyid === request.keyid)
    demand(
      asked !== undefined && dummy !== undefined && asked.usage === request.usage,
      `the key ${request.keyid} is not as it was asked for`,
    )
    const der = readPart(parts, dummy.part)
    demand(
      Buffer.from(der).toString('base64') === request.certreq,
      `the dummy request of ${request.keyid} is not the one that was sent`,
    )
    const csr = readCsr(der)
    demand(Buffer.compare(csr.subject, asked.subjectDer) === 0, `the subject of ${request.keyid} is not the one that was sent`)
    const attributes = csr.attributes.length === 0 ? null : sha256Hex(csr.attributesDer)
    demand(attributes === (asked.attributesSha256 ?? null), `the attributes of ${request.keyid} are not those that were sent`)
    demand(spkiSha256(csr.spki) === asked.dummySpkiSha256, `the throw-away key of ${request.keyid} is not the one that was sent`)
  }
  return `nonce, user ${expectation.userid}, profile and ${requests.length === 1 ? 'key' : 'keys'} are those of ${command.name}`
}

/** That the keys and pins the checks were given are those of the policy version, for the key set that the command named. */
function checkPolicy(parts: Parts, { evidence, judgedBy, commands }: Facts, input: CheckAnswerInput | null): string {
  const version = judgedBy?.policyVersion
  const command = commands.find(({ name }) => name === evidence?.command)
  demand(version != null && command !== undefined && input !== null, 'what the checks were given cannot be read')
  const sent = provisionCommandSchema.parse(parseJson(Buffer.from(readPart(parts, command.request)).toString('utf8')))
  const policy = readAttestationPolicy(version.definition)
  const keySet = sent.provCommand.responsesignaturekey
  const named = trustedKeysAt(policy, keySet, input.facts.receivedAt).map(({ spkiSha256 }) => spkiSha256)
  const given = input.policy.trustedKeys.map(({ spkiSha256 }) => spkiSha256)
  demand(named.toSorted().join() === given.toSorted().join(), `the trusted keys are not those of version ${version.number}`)
  demand(
    (input.policy.schPins ?? []).join() === policy.definition.schPins.join(),
    `the pins are not those of version ${version.number}`,
  )
  return `version ${version.number}: the ${given.length} trusted ${given.length === 1 ? 'key' : 'keys'} of key set ${keySet}`
}

function checkAudit({ audit, enrollment }: Facts): BundleFinding {
  return finding('audit', () => {
    let before: { seq: bigint; hash: string } | null = null
    for (const entry of audit) {
      const seq = BigInt(entry.seq)
      demand(entry.enrollment_id === enrollment.id, `entry ${seq} is about another enrolment`)
      const hashed = Buffer.concat([Buffer.from(entry.prevHash, 'hex'), Buffer.from(auditText(entry), 'utf8')])
      demand(sha256Hex(hashed) === entry.hash, `entry ${seq} was changed after it was written`)
      demand(before === null || seq > before.seq, `entry ${seq} is out of order`)
      demand(
        before === null || seq !== before.seq + 1n || entry.prevHash === before.hash,
        `entry ${seq} does not follow the one before it`,
      )
      before = { seq, hash: entry.hash }
    }
    demand(
      audit.some(({ action }) => action === 'enrollment.started' || action === `enrollment.${enrollment.state}`),
      'the state was never written down',
    )
    return `${audit.length} entries, each as it was written`
  })
}

/** The callbacks that answer a command, read. */
export const readAnswersOf = (parts: Parts, { callbacks }: Facts, command: string) =>
  callbacks.filter((callback) => callback.command === command).map(({ part }) => parseCallback(readPart(parts, part)))
