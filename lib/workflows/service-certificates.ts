/**
 * Keys of the portal's own services under an issuer: found, opened, and renewed in time by whichever worker notices first (at start and
 * every hour; a service that finds none makes it). One process at a time renews, under a lock and after looking again.
 *
 * A new key each time: what a lost one is good for ends with its certificate. The key is sealed like the CA's own, under a label that
 * names issuer, purpose and certificate, so that rows cannot change places.
 */
import { createHash, createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { Grant } from '#lib/auth/permissions.ts'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { listCrlIssuers } from '#lib/data/issuers.ts'
import { forgetOldOcspResponses } from '#lib/data/ocsp.ts'
import { isScepServed } from '#lib/data/scep.ts'
import {
  insertServiceCertificate,
  lockService,
  readServiceCertificate,
  type ServiceCertificate,
} from '#lib/data/service-certificates.ts'
import { inTransaction } from '#lib/data/transaction.ts'
import { openSecret, sealSecret } from '#lib/issuer/embedded/seal.ts'
import { isServiceRenewalDue, SERVICE_PURPOSES, type ServicePurpose } from '#lib/issuer/embedded/service.ts'
import { IssuerError } from '#lib/issuer/errors.ts'
import { isServiceCertifier } from '#lib/issuer/port.ts'
import { type IssuerContext, openStoredIssuer } from './open-issuer.ts'

export interface ServiceKey {
  certificate: Bytes
  key: KeyObject
  notAfter: Date
}

interface StoredIssuerName {
  id: string
  name: string
  revision: number
}

const generateRsa = promisify(generateKeyPair)

/** Opened keys of this process, by row. A row never changes. */
const opened = new Map<string, Promise<ServiceKey>>()
const MAX_OPENED = 50
/** Which row serves, so that not every question asks the database. */
const current = new Map<string, { key: Promise<ServiceKey>; until: number }>()
const LOOK_AGAIN_MS = 60_000

/**
 * The service's certificate and key, made now if there is none or the last is about to end.
 *
 * @throws IssuerError unsupported, if that issuer is not one of ours
 */
export async function openServiceKey(
  grant: Grant<'system:work'>,
  context: IssuerContext,
  issuer: StoredIssuerName,
  purpose: ServicePurpose,
): Promise<ServiceKey> {
  const place = `${issuer.id}/${purpose}`
  const known = current.get(place)
  if (known !== undefined && performance.now() < known.until) return known.key
  const { newest, now } = await readServiceCertificate(null, grant, issuer.id, purpose)
  const row =
    newest !== null && !isServiceRenewalDue(purpose, newest.notAfter, now) ? newest : await renew(grant, context, issuer, purpose)
  const key = openRow(context, issuer.name, purpose, row)
  current.set(place, { key, until: performance.now() + LOOK_AGAIN_MS })
  key.catch(() => current.delete(place))
  return key
}

function renew(
  grant: Grant<'system:work'>,
  context: IssuerContext,
  stored: StoredIssuerName,
  purpose: ServicePurpose,
): Promise<ServiceCertificate> {
  return inTransaction(grant, async (tx) => {
    await lockService(tx, grant, stored.id, purpose)
    const { newest, now } = await readServiceCertificate(tx, grant, stored.id, purpose)
    if (newest !== null && !isServiceRenewalDue(purpose, newest.notAfter, now)) return newest
    const { issuer, chain } = await openStoredIssuer(grant, context, stored)
    if (!isServiceCertifier(issuer))
      throw new IssuerError('unsupported', `The issuer ${stored.name} makes no service certificates.`)
    // Nothing can outlive the issuer, and a last certificate that ends with it is not renewed again and again.
    if (newest !== null && newest.notAfter >= chain.notAfter) return newest
    const pair = await generateRsa('rsa', { modulusLength: 2048, publicExponent: 0x10001 })
    const spki = pair.publicKey.export({ format: 'der', type: 'spki' }) as Bytes
    const made = await issuer.certifyService({ purpose, spki, now })
    const pkcs8 = pair.privateKey.export({ format: 'der', type: 'pkcs8' })
    const sealed = await sealSecret(pkcs8, context.caKeyPassphrase, labelOf(stored.name, purpose, made.certificate))
    pkcs8.fill(0)
    const id = await insertServiceCertificate(tx, grant, {
      ...made,
      issuerId: stored.id,
      issuerName: stored.name,
      purpose,
      sealed,
    })
    return { id, certificate: made.certificate, sealed, notAfter: made.notAfter }
  })
}

function openRow(
  context: IssuerContext,
  issuerName: string,
  purpose: ServicePurpose,
  row: ServiceCertificate,
): Promise<ServiceKey> {
  const known = opened.get(row.id)
  if (known !== undefined) return known
  if (opened.size >= MAX_OPENED) opened.clear()
  const { certificate, notAfter, sealed } = row
  const opening = openSecret(sealed, context.caKeyPassphrase, labelOf(issuerName, purpose, certificate)).then((pkcs8) => {
    const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
    pkcs8.fill(0)
    return { certificate, notAfter, key }
  })
  opened.set(row.id, opening)
  opening.catch(() => opened.delete(row.id))
  return opening
}

const labelOf = (issuerName: string, purpose: ServicePurpose, certificate: Bytes): string =>
  `${issuerName}/${purpose}/${createHash('sha256').update(certificate).digest('hex')}`

/** Makes what is missing and renews what ends soon, so that nobody who asks has to wait for it. */
export async function renewServices(grant: Grant<'system:work'>, context: IssuerContext): Promise<void> {
  // A registration authority is made only where SCEP is served.
  for (const issuer of await listCrlIssuers(grant))
    for (const purpose of Object.keys(SERVICE_PURPOSES) as ServicePurpose[])
      if (purpose !== 'scep' || (await isScepServed(grant, issuer.id))) await openServiceKey(grant, context, issuer, purpose)
  await forgetOldOcspResponses(grant)
}
