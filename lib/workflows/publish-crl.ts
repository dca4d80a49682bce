/**
 * Publishing CRLs (job publish-crl: at start, every hour, and after each revocation).
 *
 * For every issuer of ours and both of its certificates: a new full CRL when there is none, when half of the last one's life is over, or
 * when it no longer says what the database says. The last is found out by comparing the encoded entries, not by times: a revocation that
 * was committed late can never be missed. One process at a time makes one, so numbers have no gaps and no number stands for two lists.
 *
 * The issuing CA's CRL lists people's certificates. The root's is empty, and must be there all the same: who checks the whole chain fails
 * without it. A generation that was replaced goes on with its own list until its last certificate has been expired for two weeks.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { sameBytes } from '#lib/core/x509/certificate.ts'
import { encodeEntries, parseCrl } from '#lib/core/x509/crl.ts'
import { insertCrl, listCrlIssuers, lockCrl, type StoredCrl } from '#lib/data/issuers.ts'
import { listRevoked } from '#lib/data/revocation.ts'
import { inTransaction } from '#lib/data/transaction.ts'
import { type CrlScope, type CrlSigner, isCrlSigner } from '#lib/issuer/port.ts'
import { type IssuerContext, openStoredIssuer } from './open-issuer.ts'

export const CRL_LIFE_MS = 7 * 86_400_000

/** @returns how many CRLs were made */
export async function publishCrl(grant: Grant<'system:work'>, context: IssuerContext): Promise<number> {
  let published = 0
  for (const stored of await listCrlIssuers(grant)) {
    const { issuer } = await openStoredIssuer(grant, context, stored)
    if (!isCrlSigner(issuer)) continue
    for (const scope of issuer.crlScopes) if (await publishIfNeeded(grant, issuer, stored, scope)) published++
  }
  return published
}

function publishIfNeeded(
  grant: Grant<'system:work'>,
  signer: CrlSigner,
  issuer: { id: string; name: string },
  scope: CrlScope,
): Promise<boolean> {
  return inTransaction(grant, async (tx) => {
    const { latest, now } = await lockCrl(tx, grant, issuer.id, scope)
    const revoked = scope === 'issuing' ? await listRevoked(tx, grant, issuer.id) : []
    const because = whyNew(latest, now, encodeEntries(revoked))
    if (because === null) return false
    const thisUpdate = new Date(Math.floor(now.getTime() / 1000) * 1000)
    const fields = {
      scope,
      number: (latest?.number ?? 0) + 1,
      thisUpdate,
      nextUpdate: new Date(thisUpdate.getTime() + CRL_LIFE_MS),
    }
    const der = await signer.signCrl({ ...fields, revoked })
    await insertCrl(tx, grant, { ...fields, der, issuerId: issuer.id, issuerName: issuer.name, revoked: revoked.length, because })
    return true
  })
}

/** Why the latest CRL does not do; null if it does. */
function whyNew(latest: StoredCrl | null, now: Date, entries: Uint8Array): 'first' | 'half-life' | 'change' | null {
  if (latest === null) return 'first'
  if (!sameBytes(parseCrl(latest.der).entries, entries)) return 'change'
  const halfLifeMs = (latest.nextUpdate.getTime() - latest.thisUpdate.getTime()) / 2
  return now.getTime() >= latest.thisUpdate.getTime() + halfLifeMs ? 'half-life' : null
}
