/**
 * Exporting the embedded CA (`certdesk ca export`): opens the sealed keys with CA_KEY_PASSPHRASE and seals everything again under a passphrase of the
 * file's own (lib/issuer/embedded/export-file.ts). Written into the audit before the file exists; the keys are never outside a seal.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { auditExport, listKnownCertificates, listStoredCas } from '#lib/data/ca-export.ts'
import { inTransaction } from '#lib/data/transaction.ts'
import { sealLabel } from '#lib/issuer/embedded/create.ts'
import { type ExportedIssuer, sealExport } from '#lib/issuer/embedded/export-file.ts'
import { openSecret } from '#lib/issuer/embedded/seal.ts'
import { IssuerError } from '#lib/issuer/errors.ts'
import type { IssuerContext } from './open-issuer.ts'

export interface Exported {
  file: Uint8Array<ArrayBuffer>
  issuers: { name: string; certificates: number }[]
}

/** @throws IssuerError with a sentence */
export function exportCa(
  grant: Grant<'system:work'>,
  context: IssuerContext,
  passphrase: string,
  now: Date = new Date(),
): Promise<Exported> {
  return inTransaction(grant, async (tx) => {
    const stored = await listStoredCas(tx, grant)
    if (stored.length === 0) throw new IssuerError('not_ready', 'There is no embedded CA to export: no worker has made one yet.')
    const issuers: ExportedIssuer[] = []
    for (const { id, name, replacedBy, chain, secrets, crls } of stored) {
      const keys = await Promise.all(
        secrets.map(async (secret) => ({
          name: secret.name as 'root-key' | 'issuing-key',
          pkcs8: await openSecret(secret.sealed, context.caKeyPassphrase, sealLabel(name, secret.name)),
        })),
      )
      issuers.push({ name, replacedBy, chain, keys, crls, certificates: await listKnownCertificates(tx, grant, id) })
    }
    const file = await sealExport({ exportedAt: now, issuers }, passphrase)
    for (const { keys } of issuers) for (const { pkcs8 } of keys) pkcs8.fill(0)
    const counted = issuers.map(({ name, certificates }, at) => ({
      id: stored[at]?.id ?? '',
      name,
      certificates: certificates.length,
    }))
    await auditExport(tx, grant, 'issuer.exported', counted)
    return { file, issuers: counted }
  })
}
