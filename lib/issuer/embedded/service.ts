/**
 * Certificates that the embedded CA makes for services of the portal itself, each with a key of its own, so that a service never holds
 * the key that signs certificates. They are short-lived and renewed by the worker (lib/workflows/service-certificates.ts).
 *
 * ocsp: the delegated responder (RFC 6960 §4.2.2.2). Nobody can ask it about itself, hence id-pkix-ocsp-nocheck (§4.2.2.2.1) and the short
 * life: if its key is lost, it ends by itself within a month.
 *
 * scep: the registration authority of our SCEP server (RFC 8894 §2.1.2). Clients encrypt to it and believe its signature; devices are given it by hand, so it
 * lives for a year.
 */
import { randomBytes } from 'node:crypto'
import type { Bytes } from '#lib/core/asn1/der.ts'
import type { Chain } from '#lib/core/x509/chain.ts'
import {
  authorityKeyIdentifier,
  basicConstraints,
  extendedKeyUsage,
  type KeyUsageName,
  keyIdentifier,
  keyUsage,
  ocspNoCheck,
  subjectKeyIdentifier,
} from '#lib/core/x509/extensions.ts'
import { encodeName } from '#lib/core/x509/name.ts'
import { encodeTbs, makeSerial, makeTbsTemplate, SERIAL_RANDOM_BYTES } from '#lib/core/x509/tbs.ts'
import { BACKDATE_MS, wholeSeconds } from './create.ts'

interface ServiceProfile {
  commonName: string
  days: number
  /** Renewed when less than this is left. */
  renewDays: number
  keyUsage: readonly KeyUsageName[]
  /** Whole extensions, beyond the ones that every certificate has. */
  extensions: readonly Uint8Array[]
}

export const SERVICE_PURPOSES = {
  ocsp: {
    commonName: 'Certdesk OCSP Responder',
    days: 30,
    renewDays: 10,
    keyUsage: ['digitalSignature'],
    extensions: [extendedKeyUsage(['OCSPSigning']), ocspNoCheck()],
  },
  scep: {
    commonName: 'Certdesk SCEP RA',
    days: 365,
    renewDays: 60,
    keyUsage: ['digitalSignature', 'keyEncipherment'],
    extensions: [],
  },
} as const satisfies Record<string, ServiceProfile>
export type ServicePurpose = keyof typeof SERVICE_PURPOSES

const DAY_MS = 86_400_000

/** What the issuing key is to sign. Never outlives the chain. */
export function encodeServiceTbs(
  signer: { chain: Chain; keyIdentifier: Uint8Array },
  request: { purpose: ServicePurpose; spki: Bytes; now: Date },
): { tbs: Bytes; notBefore: Date; notAfter: Date } {
  const { purpose, spki, now } = request
  const { chain } = signer
  const profile: ServiceProfile = SERVICE_PURPOSES[purpose]
  const notBefore = wholeSeconds(new Date(Math.max(now.getTime() - BACKDATE_MS, chain.notBefore.getTime())))
  const notAfter = wholeSeconds(new Date(Math.min(now.getTime() + profile.days * DAY_MS, chain.notAfter.getTime())))
  const template = makeTbsTemplate(chain.signer.subject, [
    basicConstraints(null),
    keyUsage(profile.keyUsage),
    ...profile.extensions,
    authorityKeyIdentifier(signer.keyIdentifier),
    subjectKeyIdentifier(keyIdentifier(spki)),
  ])
  const tbs = encodeTbs(template, {
    serial: makeSerial(randomBytes(SERIAL_RANDOM_BYTES)),
    notBefore,
    notAfter,
    subject: encodeName([
      { type: 'O', value: 'Certdesk' },
      { type: 'CN', value: profile.commonName },
    ]),
    spki,
    extensions: [],
  })
  return { tbs, notBefore, notAfter }
}

/** True if a certificate of that purpose which ends then is to be followed by a new one. */
export const isServiceRenewalDue = (purpose: ServicePurpose, notAfter: Date, now: Date): boolean =>
  notAfter.getTime() - now.getTime() < SERVICE_PURPOSES[purpose].renewDays * DAY_MS
