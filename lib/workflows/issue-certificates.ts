/**
 * Issuing: from keys that a checked answer proved to certificates ready for delivery (job issue-certificates).
 *
 *   Step 1  Load. Only an enrolment that is `issuing` goes on; keys without a certificate row are new, others were reserved before a crash.
 *   Step 2  Reserve: what the signature will stand for (serial number and whole TBS; for a remote CA the message to it) is committed, one row
 *           a key, before anybody signs (R4). A second worker's row falls on the first one's: read again, go on with that.
 *   Step 3  Complete: the CA turns the stored bytes into a certificate. After a crash the same bytes give the same certificate (K9, K10).
 *           For a remote CA each key's request is written down first and its answer kept at once (ask-remote-issuer.ts, K11, K12).
 *   Step 4  Check what came back against the CSR, the profile and the pinned chain. Not trusted, not even from our own CA.
 *   Step 5  Release: certificates, `issuing` → `delivering`, audit rows and the certificate command in one statement. Who called gives that
 *           command to Hermod next; killed in between, the delivery job finds a command that was not taken and makes another (K13).
 *
 * It may run again at any point and eight times at once: the outcome is one certificate a key. No step before 5 shows anything to
 * anybody. The CA says no, or answers wrongly → `failed` with a ca_* code; it cannot be reached or wants time → stays `issuing` with a
 * reason that is shown, and asks again.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { DerError } from '#lib/core/asn1/der.ts'
import { certificateOfKey } from '#lib/core/enrollment/profile.ts'
import { parseCertificate, readSubjectAltName, sameBytes } from '#lib/core/x509/certificate.ts'
import { type Csr, findSignatureAlgorithm, readCsr } from '#lib/core/x509/csr.ts'
import { type CertificateProfile, keyUsageForKey } from '#lib/core/x509/extensions.ts'
import type { NewCommand } from '#lib/data/commands.ts'
import { noteConnection } from '#lib/data/connections.ts'
import {
  failIssuing,
  findGoodCertificates,
  type Issuance,
  type KeyToCertify,
  readIssuance,
  waitForIssuer,
} from '#lib/data/issuing.ts'
import { type IssuedCertificate, reserveCertificate, storeIssued } from '#lib/data/issuing-writes.ts'
import { isUniqueViolation } from '#lib/data/transaction.ts'
import { IssuerError } from '#lib/issuer/errors.ts'
import type { IssuanceRequest, Refused } from '#lib/issuer/port.ts'
import type { OpenIssuer } from '#lib/issuer/registry.ts'
import { logger } from '#lib/log.ts'
import { workflowMessages as texts } from '#lib/messages/workflows.ts'
import { askRemoteIssuer, waitForAnswer } from './ask-remote-issuer.ts'
import { makeCertificateCommand } from './certificate-command.ts'
import { type Completed, checkIssued, type NotYet, type ReservedKey } from './check-issued.ts'
import { type IssuerContext, openStoredIssuer } from './open-issuer.ts'

/** How often a reservation may fall on another worker's before something else must be wrong. */
const MAX_READS = 3
const UNAVAILABLE_RETRY_S = 10
const SETTINGS_RETRY_S = 30

/** @returns the certificate command to be given to Hermod now; null if there is nothing to give */
export async function issueCertificates(
  grant: Grant<'system:work'>,
  context: IssuerContext,
  job: { enrollmentId: string },
): Promise<NewCommand | null> {
  const { enrollmentId } = job
  for (let read = 1; read <= MAX_READS; read++) {
    // Step 1
    const issuance = await readIssuance(grant, enrollmentId)
    if (issuance?.state !== 'issuing') return null
    if (issuance.keys.length === 0) throw new Error(`enrolment ${enrollmentId} is issuing, but has no keys`)
    if (!issuance.userActive) {
      await failIssuing(grant, enrollmentId, 'user_inactive', 'The user was disabled before the certificate was made.')
      return null
    }
    // The user was changed after the checks: said like the same fault before the scan.
    const { problems } = issuance.subjectAltName
    if (problems.length > 0) {
      await failIssuing(grant, enrollmentId, 'subject_not_renderable', problems.join(' '))
      return null
    }
    if (isStale(issuance)) {
      await failIssuing(grant, enrollmentId, 'stale_user', texts.staleSubject(issuance.subject))
      return null
    }
    const open = await openOrWait(grant, context, issuance)
    if (open === null) return null
    // Step 2
    const reserved = await reserveAll(grant, issuance, open)
    if (reserved === 'read_again') continue
    if ('status' in reserved) {
      if (reserved.status === 'waiting') await waitForIssuer(grant, enrollmentId, reserved.detail, reserved.retryAfterS)
      else await failIssuing(grant, enrollmentId, reserved.code, reserved.detail)
      return null
    }
    // Steps 3 and 4
    const completed = await completeAll(grant, context, issuance, reserved, open)
    if (!Array.isArray(completed)) {
      if (completed.status === 'waiting') await waitForIssuer(grant, enrollmentId, completed.detail, completed.retryAfterS)
      else {
        const level = completed.code === 'ca_refused' ? 'warn' : 'error'
        logger('issuing')[level](
          { enrollmentId, code: completed.code, detail: completed.detail },
          'the CA did not give a usable certificate',
        )
        await failIssuing(grant, enrollmentId, completed.code, completed.detail)
      }
      return null
    }
    // Step 5
    const delivery = deliveryOf(issuance, completed)
    try {
      return (await storeIssued(grant, enrollmentId, completed, delivery)) ? delivery : null
    } catch (error) {
      if (!isUniqueViolation(error)) throw error
      // R2: a CA of others that gives a serial number, or a certificate, a second time.
      await failIssuing(grant, enrollmentId, 'ca_answer', texts.caGaveTwice(issuance.issuer.name))
      return null
    }
  }
  throw new Error(`enrolment ${enrollmentId}: no certificate could be reserved`)
}

/**
 * F-C23: a person may have been renamed while the answer waited for a confirmation or a CA; the certificate would join the old subject with the new
 * alternative names. Once something is reserved it is gone on with: the CA may have made it.
 */
const isStale = ({ keys, subject }: Issuance): boolean =>
  keys.every((key) => key.certificate === null) && keys.some((key) => key.csrSubject !== subject)

/** A remote CA whose settings cannot be used now is waited for: an administrator mends them. Our own that does not open is a defect. */
async function openOrWait(grant: Grant<'system:work'>, context: IssuerContext, issuance: Issuance): Promise<OpenIssuer | null> {
  try {
    return await openStoredIssuer(grant, context, issuance.issuer)
  } catch (error) {
    if (!(error instanceof IssuerError) || issuance.issuer.kind === 'embedded') throw error
    await noteConnection(grant, issuance.issuer.id, { ok: false, detail: error.message })
    await waitForIssuer(grant, issuance.enrollmentId, texts.caUnavailable(error.message, issuance.since), SETTINGS_RETRY_S)
    return null
  }
}

/** Null where no phone is known to deliver to: then the delivery job says what is wrong. */
function deliveryOf(
  { enrollmentId, userid, profileRef, profile }: Issuance,
  issued: readonly IssuedCertificate[],
): NewCommand | null {
  if (profileRef === null) return null
  const certificates = issued.map(({ der, keyid }) => ({ der, keyid }))
  return makeCertificateCommand({ enrollmentId, userid, profileRef, deliveryTimeoutS: profile.deliveryTimeoutS, certificates })
}

async function reserveAll(
  grant: Grant<'system:work'>,
  issuance: Issuance,
  { issuer }: OpenIssuer,
): Promise<ReservedKey[] | Refused | NotYet | 'read_again'> {
  const reserved: ReservedKey[] = []
  for (const key of issuance.keys) {
    const request = requestFor(issuance, key)
    // The same for the same enrolment and key, for ever.
    const idempotencyKey = `${issuance.enrollmentId}:${key.keyid}`
    if (key.certificate !== null) {
      reserved.push({
        keyid: key.keyid,
        certificateId: key.certificate.id,
        prepared: key.certificate.tbs,
        reserved: key.certificate,
        request,
        idempotencyKey,
      })
      continue
    }
    const renews = issuer.asksForRenewals === true && (await isRenewal(grant, issuance, request))
    const answer = await issuer.prepare({ ...request, renews }, idempotencyKey)
    if (answer.status === 'refused') return answer
    if (answer.status === 'unavailable') return waitForAnswer(issuance, answer.detail, UNAVAILABLE_RETRY_S)
    const { bytes, serialNumber, notBefore, notAfter } = answer.prepared
    const id = await reserveCertificate(grant, issuance.enrollmentId, {
      key,
      issuerId: issuance.issuer.id,
      serialNumber,
      tbs: bytes,
      notBefore,
      notAfter,
    })
    if (id === null) return 'read_again'
    reserved.push({ keyid: key.keyid, certificateId: id, prepared: bytes, reserved: null, request, idempotencyKey })
  }
  return reserved
}

/**
 * Whether the request repeats subject and alternative names of a good certificate that the user has from this CA (RFC 7030 §4.2.2). Requests have no
 * alternative names of their own, so a certificate with some is not repeated.
 */
async function isRenewal(grant: Grant<'system:work'>, issuance: Issuance, { subject }: IssuanceRequest): Promise<boolean> {
  const held = await findGoodCertificates(grant, issuance)
  return held
    .map((der) => parseCertificate(der))
    .some((one) => sameBytes(one.subject, subject) && readSubjectAltName(one) === null)
}

async function completeAll(
  grant: Grant<'system:work'>,
  context: IssuerContext,
  issuance: Issuance,
  keys: readonly ReservedKey[],
  current: OpenIssuer,
): Promise<IssuedCertificate[] | Refused | NotYet> {
  const issued: IssuedCertificate[] = []
  const remote = issuance.issuer.kind !== 'embedded'
  for (const key of keys) {
    // What an earlier generation of the CA prepared is completed by it, with its own key and names.
    const preparedBy = key.reserved?.issuer ?? issuance.issuer
    const open = preparedBy.id === issuance.issuer.id ? current : await openStoredIssuer(grant, context, preparedBy)
    const completed = remote ? await askRemoteIssuer(grant, issuance, key, open) : await completeHere(key, open)
    if (completed.status !== 'issued') return completed
    const { certificateId: id, keyid } = key
    const { serialNumber, notBefore, notAfter } = completed.certificate
    issued.push({ id, keyid, der: completed.certificate.der, serialNumber, notBefore, notAfter })
  }
  return issued
}

async function completeHere(key: ReservedKey, open: OpenIssuer): Promise<Completed> {
  const answer = await open.issuer.complete(key.prepared, key.idempotencyKey, { asks: 0, pending: false })
  if (answer.status === 'refused') return answer
  if (answer.status === 'pending') return { status: 'waiting', detail: answer.detail, retryAfterS: answer.retryAfterS }
  if (answer.status === 'unavailable') return { status: 'waiting', detail: answer.detail, retryAfterS: UNAVAILABLE_RETRY_S }
  return checkIssued(answer.der, key, open)
}

/** Subject and key are taken out of the phone's own request, which was checked before it was stored. */
function requestFor(issuance: Issuance, key: KeyToCertify): IssuanceRequest {
  const csr = readStoredCsr(key)
  return {
    csr: key.csr,
    subject: csr.subject,
    spki: csr.spki,
    profile: fitToKey(certificateOfKey(issuance.profile, key.keyid), csr),
    email: issuance.subjectAltName.email,
    upn: issuance.subjectAltName.upn,
    now: issuance.now,
  }
}

/** The phone chose the kind of key; what the certificate says it may be used for is what that kind can do. */
const fitToKey = (profile: CertificateProfile, csr: Csr): CertificateProfile => ({
  ...profile,
  keyUsage: keyUsageForKey(profile.keyUsage, findSignatureAlgorithm(csr)?.kty === 'EC' ? 'ec' : 'rsa'),
})

function readStoredCsr(key: KeyToCertify) {
  try {
    return readCsr(key.csr)
  } catch (cause) {
    if (cause instanceof DerError)
      throw new Error(`the stored PKCS#10 of key ${key.keyid} cannot be read: ${cause.message}`, { cause })
    throw cause
  }
}
