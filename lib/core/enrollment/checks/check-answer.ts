/**
 * Judges a provisioning answer: every check of the catalogue, in order, on the raw bytes of the callback.
 *
 * Pure: trust anchors, expectations, clock and knowledge of keys are arguments. One failed check rejects the answer; the others still
 * run wherever they have something to look at, and say so where they have not, so that the evidence of a refused answer is whole.
 * Never throws for anything a message can contain.
 */
import type { CheckFailureCode } from '../../errors.ts'
import { type CompactJws, verifySegments } from '../../jws/compact.ts'
import { PRIVATE_JWK_MEMBERS } from '../../x509/spki.ts'
import { CHECK_IDS, type CheckId, type CheckResult } from '../evidence.ts'
import { MONITORABLE_CHECKS } from '../profile.ts'
import { checkFqdn, checkKeyids, checkNonce, checkPayload, checkServerCertificate } from './binding.ts'
import { CHECK_DESCRIPTIONS } from './catalogue.ts'
import { checkRequestContent, checkRequestEncoding, checkRequestKey, checkRequestSignature } from './csr.ts'
import { checkCorrelation, checkEnvelopeSchema, checkJson, checkStillOpen, checkSuccess, checkTransport } from './envelope.ts'
import { checkInnerMessage, checkNewKey, checkPossession, kindOf } from './keys.ts'
import { checkAttestationKey, checkOuterAlg, checkOuterHeader, checkOuterSignature, checkOuterSyntax } from './outer-signature.ts'
import { checkAttestationRecord, checkUser } from './policy.ts'
import { type AnswerReading, isMessageKey, MAX_SIGNED_KEYS, type MessageKey, readAnswer } from './read-answer.ts'
import type { AnswerExpectation, Check, CheckAnswerInput, CheckedAnswer, Finding, ReadAnswer } from './types.ts'

/** The order of hostile-inputs: what is cheap and what others stand on comes first. */
const CHECKS: Record<CheckId, Check> = {
  C1: checkTransport,
  C2: checkJson,
  C3: checkEnvelopeSchema,
  C4: checkCorrelation,
  C5: checkStillOpen,
  C6: checkSuccess,
  C7: checkOuterSyntax,
  C8: checkOuterHeader,
  C9: checkOuterAlg,
  C10: checkAttestationKey,
  C11: checkOuterSignature,
  C12: checkNonce,
  C13: checkFqdn,
  C14: checkServerCertificate,
  C15: checkPayload,
  C16: checkKeyids,
  C17: checkInnerMessage,
  C18: checkNewKey,
  C19: checkPossession,
  C20: checkRequestEncoding,
  C21: checkRequestKey,
  C22: checkRequestSignature,
  C23: checkRequestContent,
  C24: checkAttestationRecord,
  C25: checkUser,
}

const MAX_SHOWN = 500

/** Runs all checks. A verdict of `passed` needs every check to pass or warn. */
export function checkAnswer(input: CheckAnswerInput): CheckedAnswer {
  const reading = readAnswer(input.body, Math.min(input.expectation.keys.length, MAX_SIGNED_KEYS))
  const context = { ...input, reading }
  const monitored = input.policy.monitored ?? []
  const checks = CHECK_IDS.map((id) => letPass(toResult(id, CHECKS[id](context)), monitored))
  const failed = checks.find((check) => check.outcome === 'fail')
  const passed = checks.every((check) => check.outcome === 'pass' || check.outcome === 'warn')
  return {
    verdict: passed ? 'passed' : 'failed',
    checks,
    failureCode: (failed?.code as CheckFailureCode | undefined) ?? (passed ? null : 'schema'),
    read: summarise(reading, input.expectation),
    leakedKeys: listLeakedKeys(reading),
  }
}

function toResult(id: CheckId, finding: Finding): CheckResult {
  const { group, title } = CHECK_DESCRIPTIONS[id]
  if (finding.outcome === 'skipped') {
    return { id, group, title, outcome: 'skipped', code: null, expected: '', observed: '', needs: finding.needs }
  }
  const { outcome, expected, observed, keyid } = finding
  const code = outcome === 'pass' ? null : finding.code
  const result: CheckResult = { id, group, title, outcome, code, expected: cut(expected), observed: cut(observed) }
  if (keyid !== undefined) result.keyid = cut(keyid)
  if ('incident' in finding && finding.incident !== undefined) result.incident = finding.incident
  return result
}

/**
 * A failure of a check that the profile only monitors is a warning that keeps its code. Which checks that may be is said by MONITORABLE_CHECKS
 * here once more: a profile that names another one (signature, nonce, equality of keys) changes nothing.
 */
function letPass(result: CheckResult, monitored: readonly CheckId[]): CheckResult {
  if (result.outcome !== 'fail') return result
  const may = (MONITORABLE_CHECKS as readonly CheckId[]).includes(result.id) && monitored.includes(result.id)
  return may ? { ...result, outcome: 'warn', monitored: true } : result
}

const cut = (text: string): string => (text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN - 1).toWellFormed()}…`)

function summarise(reading: AnswerReading, expectation: AnswerExpectation): ReadAnswer {
  const payload = reading.payload?.ok === true ? reading.payload.value : null
  const device = payload?.deviceinfo
  const sch = reading.outer?.header?.sch
  return {
    jws: reading.jwsText,
    device:
      device === undefined
        ? null
        : { name: device.name ?? '', model: device.model ?? '', operatingsystem: device.operatingsystem ?? '' },
    keys: reading.keys.map((key) => {
      const asked = expectation.keys.find((expected) => expected.keyid === key.kid)
      const csr = key.csr?.ok === true ? key.csr.csr : null
      return {
        keyid: key.kid ?? '',
        usage: asked?.usage ?? null,
        keyType: (asked && isMessageKey(key.jwk) && kindOf(asked, key.jwk.parts)?.name) || null,
        spki: isMessageKey(key.jwk) ? key.jwk.spki : null,
        spkiSha256: isMessageKey(key.jwk) ? key.jwk.spkiSha256 : null,
        csr: csr?.bytes ?? null,
        csrSubjectDer: csr?.subject ?? null,
        csrSubject: key.csr?.ok === true ? key.csr.subjectText() : null,
      }
    }),
    profileId: payload?.profile.id ?? null,
    boxUrl: payload?.profile.boxurl ?? null,
    servername: payload?.profile.servername ?? null,
    profileName: payload?.profile.name ?? null,
    userid: payload?.profile.userid ?? null,
    sch: typeof sch === 'string' ? cut(sch) : null,
    attestationThumbprint: isMessageKey(reading.headerKey) ? reading.headerKey.thumbprint() : null,
    attestationSpkiSha256: isMessageKey(reading.headerKey) ? reading.headerKey.spkiSha256 : null,
    otherNonces: [reading.outer?.header?.nonce, ...reading.keys.map((key) => key.jws.header?.nonce)].flatMap((nonce) =>
      typeof nonce === 'string' && nonce.length <= MAX_SHOWN && nonce !== expectation.nonce ? [nonce] : [],
    ),
  }
}

/**
 * Keys that came with private members, in a message that this very key signed: whoever wrote it has the private half. Without that proof
 * anybody could have a public key blocked that he has merely seen. The key in the header is not among them: it is the app's, to block it
 * stops every phone, and that is for a person to decide.
 */
function listLeakedKeys(reading: AnswerReading): string[] {
  return reading.keys.flatMap(({ jwk, payload, jws: { segments } }) => {
    if (!isMessageKey(jwk) || payload === null || segments === null) return []
    const isPrivate = PRIVATE_JWK_MEMBERS.some((member) => member in payload)
    return isPrivate && hasSigned(jwk, segments) ? [jwk.spkiSha256] : []
  })
}

function hasSigned(key: MessageKey, segments: NonNullable<CompactJws['segments']>): boolean {
  const { parts } = key
  const alg = parts.kty === 'RSA' ? 'RS256' : parts.crv === 'P-256' ? 'ES256' : 'ES384'
  const keyObject = key.weakness() === null ? key.keyObject() : null
  return keyObject !== null && verifySegments(segments, alg, keyObject)
}
