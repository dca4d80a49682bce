/** An issuer of the database, opened once per process (lib/issuer/registry.ts). */
import type { Grant } from '#lib/auth/permissions.ts'
import { readIssuer } from '#lib/data/issuers.ts'
import { IssuerError } from '#lib/issuer/errors.ts'
import { findIssuer, type OpenIssuer } from '#lib/issuer/registry.ts'
import type { WorkerContext } from './worker-context.ts'

export type IssuerContext = Pick<WorkerContext, 'caKeyPassphrase' | 'publicUrl'>

/** @param issuer.revision as the database has it now; another one than before opens it again @throws IssuerError */
export function openStoredIssuer(
  grant: Grant<'system:work'>,
  context: IssuerContext,
  issuer: { id: string; name: string; revision: number },
): Promise<OpenIssuer> {
  const config = { passphrase: context.caKeyPassphrase, publicUrl: context.publicUrl }
  return findIssuer(issuer, config, async () => {
    const stored = await readIssuer(grant, { id: issuer.id })
    if (stored === null) throw new IssuerError('inconsistent', `The issuer ${issuer.name} is gone.`)
    return stored
  })
}
