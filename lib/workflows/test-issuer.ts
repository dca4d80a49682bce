/**
 * Trying a CA: is it there, is it the pinned one, for how long yet, whose clock is wrong, and does it make a certificate for this portal.
 *
 * The CA's certificates are stored here and nowhere else: the first time, or under another pin, because the pin says so; later only what
 * stands there already. A CA that shows a new signing certificate under the same anchor is reported, and taken when an administrator has
 * said so for exactly that certificate (`acceptSha256`), never by itself.
 *
 * The test enrolment uses a throw-away key and a name that says what it is, and asks for what the first profile of this CA asks for, so that
 * what the CA refuses is found here and not by a person with a phone. What it made is kept with the test, to be revoked at the CA.
 */
import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { Grant } from '#lib/auth/permissions.ts'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { profileDefinitionSchema } from '#lib/core/enrollment/profile.ts'
import { isRemoteKind } from '#lib/core/issuer-config/index.ts'
import { type ChosenTrust, chooseTrust, fingerprintOf } from '#lib/core/x509/ca-trust.ts'
import { parseCertificate, sameBytes } from '#lib/core/x509/certificate.ts'
import { CLOCK_TOLERANCE_MS } from '#lib/core/x509/certificate-check.ts'
import { openChain } from '#lib/core/x509/chain.ts'
import { encodeCsr, readCsr } from '#lib/core/x509/csr.ts'
import type { CertificateProfile } from '#lib/core/x509/extensions.ts'
import { encodeName, formatName } from '#lib/core/x509/name.ts'
import type { TestToRun } from '#lib/data/connection-tests.ts'
import { challengeBinding } from '#lib/data/issuer-challenges.ts'
import { type IssuerRecord, readIssuer } from '#lib/data/issuers.ts'
import { findProfileOfIssuer, storeTrust } from '#lib/data/remote-issuers.ts'
import { IssuerError } from '#lib/issuer/errors.ts'
import type { IssuanceRequest } from '#lib/issuer/port.ts'
import { type OpenIssuer, openIssuer } from '#lib/issuer/registry.ts'
import { type FetchedCa, fetchRemoteCa } from '#lib/issuer/remote.ts'
import { connections as texts } from '#lib/messages/connections.ts'
import { checkIssued } from './check-issued.ts'
import { type IssuerContext, openStoredIssuer } from './open-issuer.ts'
import type { Report } from './test-connection.ts'

const words = texts.test
const DAY_MS = 86_400_000
const SOON_MS = 30 * DAY_MS

type System = Grant<'system:work'>

/** @returns the certificate that the test enrolment got, whatever it is worth */
export async function testIssuer(grant: System, context: IssuerContext, test: TestToRun, report: Report): Promise<Bytes | null> {
  const stored = await readIssuer(grant, { id: test.connection })
  if (stored === null) {
    await report({ name: 'settings', outcome: 'failed', detail: texts.errors.noIssuer })
    return null
  }
  if (!isRemoteKind(stored.kind)) {
    await testEmbedded(grant, context, stored, test, report)
    return null
  }
  const fetched = await fetchCa(stored, context, report)
  if (fetched === null) return null
  const trusted = await settleTrust(grant, stored, test, fetched, report)
  await reportClock(fetched.date, report)
  if (trusted === null) {
    await report({ name: 'enrolment', outcome: 'skipped', detail: words.notWithoutTrust })
    return null
  }
  await reportExpiry(trusted.chain, test.now, report)
  const open = await openIssuer(trusted, { passphrase: context.caKeyPassphrase, publicUrl: context.publicUrl })
  return enrollOnce(grant, open, stored, test, report)
}

async function testEmbedded(
  grant: System,
  context: IssuerContext,
  stored: IssuerRecord,
  test: TestToRun,
  report: Report,
): Promise<void> {
  try {
    await openStoredIssuer(grant, context, stored)
    await report({ name: 'settings', outcome: 'ok', detail: words.keysOpen })
  } catch (error) {
    if (!(error instanceof IssuerError)) throw error
    return report({ name: 'settings', outcome: 'failed', detail: error.message })
  }
  await reportExpiry(stored.chain, test.now, report)
  await report({ name: 'enrolment', outcome: 'skipped', detail: words.signsHere })
}

async function fetchCa(
  stored: IssuerRecord,
  context: IssuerContext,
  report: Report,
): Promise<Extract<FetchedCa, { ok: true }> | null> {
  const { kind } = stored
  if (!isRemoteKind(kind)) return null
  let fetched: FetchedCa
  try {
    fetched = await fetchRemoteCa({ ...stored, kind }, context.caKeyPassphrase)
  } catch (error) {
    if (!(error instanceof IssuerError)) throw error
    await report({ name: 'settings', outcome: 'failed', detail: error.message })
    return null
  }
  await report({ name: 'settings', outcome: 'ok', detail: words.settingsRead })
  if (!fetched.ok) {
    await report({ name: 'reach', outcome: 'failed', detail: fetched.detail })
    return null
  }
  await report({ name: 'reach', outcome: 'ok', detail: isPlainHttp(stored.config) ? words.reachedPlain : words.reached })
  if (fetched.capabilities.length > 0)
    await report({ name: 'capabilities', outcome: 'ok', detail: words.capabilities(fetched.capabilities) })
  return fetched
}

const isPlainHttp = (config: unknown): boolean => z.looseObject({ url: z.string().regex(/^http:/) }).safeParse(config).success

/** @returns the issuer with the certificates that are believed from now on; null if there are none */
async function settleTrust(
  grant: System,
  stored: IssuerRecord,
  test: TestToRun,
  fetched: Extract<FetchedCa, { ok: true }>,
  report: Report,
): Promise<IssuerRecord | null> {
  const chosen = chooseTrust(fetched.certificates, pinOfConfig(stored.config))
  if (!chosen.ok) {
    await report({ name: 'certificate', outcome: 'failed', detail: chosen.detail })
    return null
  }
  const reason = whyTrust(stored, chosen, test)
  const name = formatName(parseCertificate(chosen.certificate).subject)
  const fingerprint = fingerprintOf(chosen.certificate)
  if (reason === 'changed') {
    await report({
      name: 'certificate',
      outcome: 'warning',
      acceptable: fingerprint,
      detail: words.changed(name, fingerprint, fingerprintOf(stored.certificate ?? new Uint8Array())),
    })
    return stored
  }
  if (reason !== 'same' && !(await storeTrust(grant, stored, chosen, reason))) {
    await report({ name: 'certificate', outcome: 'failed', detail: words.changedMeanwhile })
    return null
  }
  await report({ name: 'certificate', outcome: 'ok', detail: words.trusted(name, fingerprint) })
  return reason === 'same' ? stored : readIssuer(grant, { id: stored.id })
}

type Trust = Extract<ChosenTrust, { ok: true }>

function whyTrust(stored: IssuerRecord, chosen: Trust, test: TestToRun): 'same' | 'first' | 'pin' | 'accepted' | 'changed' {
  if (stored.certificate === null) return 'first'
  const anchor = stored.chain.at(-1)
  if (anchor === undefined || fingerprintOf(anchor) !== pinOfConfig(stored.config)) return 'pin'
  const same =
    stored.chain.length === chosen.chain.length &&
    stored.chain.every((der, at) => sameBytes(der, chosen.chain[at] ?? new Uint8Array()))
  if (same) return 'same'
  const accepted =
    test.acceptSha256 !== null && Buffer.from(test.acceptSha256).toString('hex') === fingerprintOf(chosen.certificate)
  return accepted ? 'accepted' : 'changed'
}

const pinOfConfig = (config: unknown): string =>
  typeof config === 'object' && config !== null && 'anchorSha256' in config ? String(config.anchorSha256) : ''

async function reportExpiry(chain: readonly Bytes[], now: Date, report: Report): Promise<void> {
  const { notBefore, notAfter } = openChain(chain)
  const left = notAfter.getTime() - now.getTime()
  if (left < 0 || now < notBefore)
    return report({ name: 'expiry', outcome: 'failed', detail: words.notValidNow(notBefore, notAfter) })
  const outcome = left < SOON_MS ? 'warning' : 'ok'
  return report({ name: 'expiry', outcome, detail: words.validUntil(notAfter, Math.floor(left / DAY_MS)) })
}

async function reportClock(date: Date | null, report: Report): Promise<void> {
  if (date === null) return report({ name: 'clock', outcome: 'skipped', detail: words.noClock })
  const skewMs = date.getTime() - Date.now()
  const outcome = Math.abs(skewMs) > CLOCK_TOLERANCE_MS ? 'warning' : 'ok'
  return report({ name: 'clock', outcome, detail: words.clock(Math.round(skewMs / 1000)) })
}

/** What a CA is asked for where no profile says more. */
const DEFAULT_PROFILE: CertificateProfile = {
  validityDays: 3650,
  keyUsage: ['digitalSignature'],
  extendedKeyUsage: ['clientAuth'],
  subjectAltNameEmail: false,
  subjectAltNameUpn: null,
  policies: [],
}

async function enrollOnce(
  grant: System,
  open: OpenIssuer,
  stored: IssuerRecord,
  test: TestToRun,
  report: Report,
): Promise<Bytes | null> {
  if (challengeBinding(stored.kind, stored.config) !== null) {
    await report({ name: 'enrolment', outcome: 'skipped', detail: words.challengeSpared })
    return null
  }
  const used = await findProfileOfIssuer(grant, stored.id)
  const profile = used ? profileDefinitionSchema.parse(used.definition).certificate : null
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  const spki = publicKey.export({ format: 'der', type: 'spki' }) as Bytes
  const subject = encodeName([
    { type: 'O', value: 'Certdesk' },
    { type: 'CN', value: `Connection test ${test.id.slice(-12)} - not a person` },
  ])
  const csr = readCsr(encodeCsr(subject, spki, privateKey))
  const request: IssuanceRequest = {
    csr: csr.bytes,
    subject: csr.subject,
    spki: csr.spki,
    // A test has no address and no other names of a person.
    profile: { ...(profile ?? DEFAULT_PROFILE), subjectAltNameEmail: false, subjectAltNameUpn: null },
    email: null,
    upn: null,
    now: test.now,
  }
  const idempotencyKey = `connection-test:${test.id}`
  const prepared = await open.issuer.prepare(request, idempotencyKey)
  if (prepared.status !== 'prepared') {
    await report({ name: 'enrolment', outcome: 'failed', detail: prepared.detail })
    return null
  }
  const { bytes } = prepared.prepared
  const answer = await open.issuer.complete(bytes, idempotencyKey, { asks: 0, pending: false })
  if (answer.status === 'pending') {
    await report({ name: 'enrolment', outcome: 'warning', detail: words.pending(answer.detail) })
    return null
  }
  if (answer.status !== 'issued') {
    await report({ name: 'enrolment', outcome: 'failed', detail: answer.detail })
    return null
  }
  const checked = checkIssued(answer.der, { request, prepared: bytes }, open)
  if (checked.status === 'issued')
    await report({
      name: 'enrolment',
      outcome: 'ok',
      detail: words.enrolled(checked.certificate.serialNumber, used?.title ?? null),
    })
  else if (profile === null)
    await report({ name: 'enrolment', outcome: 'warning', detail: words.enrolledOtherwise(checked.detail) })
  else await report({ name: 'enrolment', outcome: 'failed', detail: words.notAsProfile(checked.detail, used?.title ?? '') })
  return answer.der
}
