/**
 * Restoring an exported CA (`certdesk ca restore`): into an installation that has none, or none that ever issued anything; or, where the very
 * same certificates are, putting back keys that were lost. Anything else is refused: two CAs never become one.
 *
 * What must not happen, and how it is kept from happening. A CRL number given twice: the next number is the exported one plus a second
 * for every second since, or the newest known here plus one, whichever is more; CRLs are not made faster than that. A serial number given
 * twice: they have 128 random bits. A revoked certificate that is good again: what the export knew of every certificate is kept and goes
 * on standing in CRL and OCSP, and a first CRL is signed in the same transaction. Keys that are not the certificates': every key is
 * held against its certificate, and the chain against its root, before anything is written. All or nothing.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { sameBytes } from '#lib/core/x509/certificate.ts'
import { auditExport, insertRestoredCertificates, linkGeneration, lockPlace, putIssuer } from '#lib/data/ca-export.ts'
import { insertCrl, lockCrl, lockGenerations } from '#lib/data/issuers.ts'
import { listRevoked } from '#lib/data/revocation.ts'
import { inTransaction, type Tx } from '#lib/data/transaction.ts'
import { sealLabel } from '#lib/issuer/embedded/create.ts'
import { type ExportedIssuer, openExport } from '#lib/issuer/embedded/export-file.ts'
import { type EmbeddedIssuer, openEmbeddedIssuer } from '#lib/issuer/embedded/issuer.ts'
import { sealSecret } from '#lib/issuer/embedded/seal.ts'
import { IssuerError } from '#lib/issuer/errors.ts'
import type { CrlScope } from '#lib/issuer/port.ts'
import type { IssuerContext } from './open-issuer.ts'
import { CRL_LIFE_MS } from './publish-crl.ts'

export interface Restored {
  exportedAt: Date
  issuers: { name: string; certificates: number }[]
  /** Valid here, revoked in the export: their revocation is published, and somebody should revoke them here. */
  revokedOnlyThere: number
}

interface Opened {
  exported: ExportedIssuer
  secrets: { name: string; sealed: Uint8Array<ArrayBuffer> }[]
  issuer: EmbeddedIssuer
}

/** @throws IssuerError with a sentence; nothing was written then */
export async function restoreCa(
  grant: Grant<'system:work'>,
  context: IssuerContext,
  file: Uint8Array,
  passphrase: string,
): Promise<Restored> {
  const { exportedAt, issuers } = await openExport(file, passphrase)
  const opened = await Promise.all(issuers.map((exported) => openExported(context, exported)))
  return inTransaction(grant, async (tx) => {
    await lockGenerations(tx, grant)
    const restored: { id: string; name: string; certificates: number }[] = []
    let revokedOnlyThere = 0
    for (const { exported, secrets } of opened) {
      const { name, chain, certificates } = exported
      const place = await lockPlace(tx, grant, name)
      const isSame = place?.certificate != null && sameBytes(place.certificate, chain[0] ?? new Uint8Array())
      if (place?.certificate != null && !isSame && place.certificates > 0)
        throw new IssuerError(
          'export',
          `This installation has another CA called ${name}, which has issued certificates. Restore into an installation without one.`,
        )
      const id = await putIssuer(tx, grant, place, { name, chain, secrets })
      revokedOnlyThere += (await insertRestoredCertificates(tx, grant, id, certificates)).revokedOnlyThere
      restored.push({ id, name, certificates: certificates.length })
    }
    for (const { name, replacedBy } of issuers) if (replacedBy !== null) await linkGeneration(tx, grant, name, replacedBy)
    for (const [at, { exported, issuer }] of opened.entries())
      for (const scope of issuer.crlScopes)
        await signFirstCrl(tx, grant, restored[at]?.id ?? '', { exported, issuer, scope, exportedAt })
    await auditExport(tx, grant, 'issuer.restored', restored)
    return { exportedAt, issuers: restored, revokedOnlyThere }
  })
}

/** Seals the keys under this installation's passphrase and holds them against the certificates. */
async function openExported(context: IssuerContext, exported: ExportedIssuer): Promise<Opened> {
  const { name, chain, keys } = exported
  const secrets = await Promise.all(
    keys.map(async (key) => {
      const sealed = await sealSecret(key.pkcs8, context.caKeyPassphrase, sealLabel(name, key.name))
      key.pkcs8.fill(0)
      return { name: key.name, sealed }
    }),
  )
  const trust = { certificate: chain[0] ?? new Uint8Array(), chain }
  const config = { passphrase: context.caKeyPassphrase, publicUrl: context.publicUrl }
  return { exported, secrets, issuer: await openEmbeddedIssuer(name, trust, secrets, config) }
}

async function signFirstCrl(
  tx: Tx,
  grant: Grant<'system:work'>,
  issuerId: string,
  what: { exported: ExportedIssuer; issuer: EmbeddedIssuer; scope: CrlScope; exportedAt: Date },
): Promise<void> {
  const { exported, issuer, scope, exportedAt } = what
  const { latest, now } = await lockCrl(tx, grant, issuerId, scope)
  const last = exported.crls.find((crl) => crl.scope === scope)?.number ?? 0
  const passedS = Math.max(0, Math.ceil((now.getTime() - exportedAt.getTime()) / 1000))
  const number = Math.max(last + passedS, latest?.number ?? 0) + 1
  const revoked = scope === 'issuing' ? await listRevoked(tx, grant, issuerId) : []
  const thisUpdate = new Date(Math.floor(now.getTime() / 1000) * 1000)
  const fields = { scope, number, thisUpdate, nextUpdate: new Date(thisUpdate.getTime() + CRL_LIFE_MS) }
  const der = await issuer.signCrl({ ...fields, revoked })
  await insertCrl(tx, grant, {
    ...fields,
    der,
    issuerId,
    issuerName: exported.name,
    revoked: revoked.length,
    because: 'restored',
  })
}
