/** An issuer of the database, opened once per process (lib/issuer/registry.ts). */
import type { Grant } from '#lib/auth/permissions.ts'
import { readIssuer } from '#lib/data/issuers.ts'
import { IssuerError } from '#lib/issuer/errors.ts'
import { findIssuer, type OpenIssuer } from '#lib/issuer/registry.ts'
import type { WorkerContext } from './worker-context.ts'

export type IssuerContext = Pick<WorkerContext, 'caKeyPassphrase' | 'publicUrl'>

/**
 * @param issuer.certificateSha256 hex; null while the issuer has no certificate
 * @throws IssuerError
 */
export function openStoredIssuer(
  grant: Grant<'system:work'>,
  context: IssuerContext,
  issuer: { id: string; name: string; certificateSha256: string | null },
): Promise<OpenIssuer> {
  if (issuer.certificateSha256 === null)
    return Promise.reject(new IssuerError('not_ready', `The issuer ${issuer.name} has no certificate yet.`))
  const config = { passphrase: context.caKeyPassphrase, publicUrl: context.publicUrl }
  return findIssuer(issuer.id, issuer.certificateSha256, config, async () => {
    const stored = await readIssuer(grant, { id: issuer.id })
    if (stored === null) throw new IssuerError('inconsistent', `The issuer ${issuer.name} is gone.`)
    return stored
  })
}
