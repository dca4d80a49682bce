/**
 * Issuing: from keys that a checked answer proved to certificates ready for delivery (job issue-certificates).
 *
 *   Step 1  Load. Only an enrolment that is `issuing` goes on; keys without a certificate row are new, others were reserved before a crash.
 *   Step 2  Reserve: what the signature will stand for (serial number and whole TBS; for a remote CA later, the message) is committed, one row
 *           a key, before anybody signs (R4). A second worker's row falls on the first one's: read again, go on with that.
 *   Step 3  Complete: the CA turns the stored bytes into a certificate. After a crash the same bytes give the same certificate (K9, K10).
 *   Step 4  Check what came back against the CSR, the profile and the pinned chain. Not trusted, not even from our own CA.
 *   Step 5  Release: certificates, `issuing` → `delivering`, audit rows and the certificate command in one statement. Who called gives that
 *           command to Hermod next; killed in between, the delivery job finds a command that was not taken and makes another (K13).
 *
 * It may run again at any point and eight times at once: the outcome is one certificate a key. No step before 5 shows anything to
 * anybody. The CA says no, or answers wrongly → `failed` with a ca_* code; it cannot be reached or wants time → stays `issuing` with a
 * reason that is shown, and asks again.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { type Bytes, DerError } from '#lib/core/asn1/der.ts'
import { certificateOfKey } from '#lib/core/enrollment/profile.ts'
import { checkCertificate } from '#lib/core/x509/certificate-check.ts'
import { readCsr } from '#lib/core/x509/csr.ts'
import type { NewCommand } from '#lib/data/commands.ts'
import {
  failIssuing,
  type Issuance,
  type IssuedCertificate,
  type KeyToCertify,
  readIssuance,
  reserveCertificate,
  storeIssued,
  waitForIssuer,
} from '#lib/data/issuing.ts'
import type { IssuanceRequest, Refused } from '#lib/issuer/port.ts'
import type { OpenIssuer } from '#lib/issuer/registry.ts'
import { logger } from '#lib/log.ts'
import { makeCertificateCommand } from './certificate-command.ts'
import { type IssuerContext, openStoredIssuer } from './open-issuer.ts'

/** How often a reservation may fall on another worker's before something else must be wrong. */
const MAX_READS = 3
const UNAVAILABLE_RETRY_S = 10

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
    const open = await openStoredIssuer(grant, context, issuance.issuer)
    // Step 2
    const reserved = await reserveAll(grant, issuance, open)
    if (reserved === 'read_again') continue
    if ('status' in reserved) {
      await failIssuing(grant, enrollmentId, reserved.code, reserved.detail)
      return null
    }
    // Steps 3 and 4
    const completed = await completeAll(reserved, open)
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
    return (await storeIssued(grant, enrollmentId, completed, delivery)) ? delivery : null
  }
  throw new Error(`enrolment ${enrollmentId}: no certificate could be reserved`)
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

interface ReservedKey {
  keyid: string
  certificateId: string
  prepared: Bytes
  request: IssuanceRequest
  idempotencyKey: string
}

async function reserveAll(
  grant: Grant<'system:work'>,
  issuance: Issuance,
  { issuer }: OpenIssuer,
): Promise<ReservedKey[] | Refused | 'read_again'> {
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
        request,
        idempotencyKey,
      })
      continue
    }
    const answer = await issuer.prepare(request, idempotencyKey)
    if (answer.status === 'refused') return answer
    const { bytes, serialNumber, notBefore, notAfter } = answer.prepared
    // The table wants a serial number with the reservation; a CA that chooses it itself will need the column to be empty until then.
    if (serialNumber === null) throw new Error(`the issuer ${issuer.name} prepared no serial number`)
    const id = await reserveCertificate(grant, issuance.enrollmentId, {
      key,
      issuerId: issuance.issuer.id,
      serialNumber,
      tbs: bytes,
      notBefore,
      notAfter,
    })
    if (id === null) return 'read_again'
    reserved.push({ keyid: key.keyid, certificateId: id, prepared: bytes, request, idempotencyKey })
  }
  return reserved
}

type NotYet = { status: 'waiting'; detail: string; retryAfterS: number }

async function completeAll(
  keys: readonly ReservedKey[],
  { issuer, chain }: OpenIssuer,
): Promise<IssuedCertificate[] | Refused | NotYet> {
  const issued: IssuedCertificate[] = []
  for (const { keyid, certificateId, prepared, request, idempotencyKey } of keys) {
    const answer = await issuer.complete(prepared, idempotencyKey)
    if (answer.status === 'refused') return answer
    if (answer.status === 'pending') return { status: 'waiting', detail: answer.detail, retryAfterS: answer.retryAfterS }
    if (answer.status === 'unavailable') return { status: 'waiting', detail: answer.detail, retryAfterS: UNAVAILABLE_RETRY_S }
    const checked = checkCertificate(answer.der, issuer.expectation(request, prepared), chain)
    if (!checked.ok) {
      const code = checked.fault === 'validity' || checked.fault === 'chain_validity' ? 'ca_validity' : 'ca_answer'
      return {
        status: 'refused',
        code,
        detail: `The certificate from ${issuer.name} was not used: ${checked.detail} (${checked.fault}).`,
      }
    }
    issued.push({ id: certificateId, keyid, der: answer.der, serialNumber: checked.certificate.serialNumber })
  }
  return issued
}

/** Subject and key are taken out of the phone's own request, which was checked before it was stored. */
function requestFor(issuance: Issuance, key: KeyToCertify): IssuanceRequest {
  const csr = readStoredCsr(key)
  return {
    csr: key.csr,
    subject: csr.subject,
    spki: csr.spki,
    profile: certificateOfKey(issuance.profile, key.keyid),
    email: issuance.email,
    now: issuance.now,
  }
}

function readStoredCsr(key: KeyToCertify) {
  try {
    return readCsr(key.csr)
  } catch (cause) {
    if (cause instanceof DerError)
      throw new Error(`the stored PKCS#10 of key ${key.keyid} cannot be read: ${cause.message}`, { cause })
    throw cause
  }
}
