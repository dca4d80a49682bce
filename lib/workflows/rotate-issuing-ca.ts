/**
 * A new generation of an embedded issuing CA: a new key and certificate under the same root, from now on in the place of the old one for every
 * profile that names any generation of it. What the old one signed stays valid, and its CRL and OCSP answers go on under its own name.
 *
 * Issuances under way are not disturbed: what the old generation prepared is completed by it (issue-certificates.ts), and every generation
 * has its own serial numbers, key identifier and addresses. The new one's first CRL is stored in the same transaction, so there is no
 * moment in which a certificate of it cannot be checked. One process at a time; a second one that waited finds the new generation
 * and adds another only because it was told to.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { findGenerations, insertCrl, insertGeneration, lockGenerations } from '#lib/data/issuers.ts'
import { inTransaction } from '#lib/data/transaction.ts'
import { EmbeddedIssuer, openEmbeddedIssuer } from '#lib/issuer/embedded/issuer.ts'
import { IssuerError } from '#lib/issuer/errors.ts'
import { type IssuerContext, openStoredIssuer } from './open-issuer.ts'
import { CRL_LIFE_MS } from './publish-crl.ts'

/**
 * @param name of any generation of the CA
 * @throws IssuerError with a sentence
 */
export function rotateIssuingCa(
  grant: Grant<'system:work'>,
  context: IssuerContext,
  name: string,
  now: Date = new Date(),
): Promise<{ name: string; replaces: string; notAfter: Date }> {
  return inTransaction(grant, async (tx) => {
    await lockGenerations(tx, grant)
    const generations = await findGenerations(tx, grant, name)
    if (generations === null) throw new IssuerError('unsupported', `There is no embedded CA called ${name}.`)
    const { current, root, count } = generations
    const { issuer: rootIssuer } = await openStoredIssuer(grant, context, root)
    if (!(rootIssuer instanceof EmbeddedIssuer)) throw new IssuerError('inconsistent', `${root.name} is no embedded CA.`)
    const made = {
      name: `${root.name}-${count + 1}`,
      commonName: `Certdesk Issuing CA ${count + 1}`,
      publicUrl: context.publicUrl,
      passphrase: context.caKeyPassphrase,
    }
    const ca = await rootIssuer.createSuccessor({ ...made, now })
    const config = { passphrase: context.caKeyPassphrase, publicUrl: context.publicUrl }
    const opened = await openEmbeddedIssuer(made.name, ca, ca.secrets, config)
    const { id } = await insertGeneration(tx, grant, current, { name: made.name, ...ca })
    const thisUpdate = new Date(Math.floor(now.getTime() / 1000) * 1000)
    const crl = { scope: 'issuing' as const, number: 1, thisUpdate, nextUpdate: new Date(thisUpdate.getTime() + CRL_LIFE_MS) }
    const der = await opened.signCrl({ ...crl, revoked: [] })
    await insertCrl(tx, grant, { ...crl, der, issuerId: id, issuerName: made.name, revoked: 0, because: 'first' })
    return { name: made.name, replaces: current.name, notAfter: opened.notAfter }
  })
}
