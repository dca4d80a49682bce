/**
 * The chain above a certificate. A remote CA may get a new signing certificate (lib/workflows/test-issuer.ts); what it signed before is
 * proved by the chain of that time, which issuer_past_chain keeps. Which one it is the certificate says itself: it is signed by it.
 */
import { parseCertificate, sameBytes } from '#lib/core/x509/certificate.ts'
import { openChain } from '#lib/core/x509/chain.ts'
import { verifySigned } from '#lib/core/x509/signature-algorithms.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'

/** Of an issuer `i`, for a query whose rows become JSON: every chain it has had, the present one first; each a list in base64. */
export const CHAINS_OF_ISSUER = Prisma.sql`(
  SELECT json_agg((SELECT json_agg(encode(x.der, 'base64') ORDER BY x.n) FROM unnest(h.chain) WITH ORDINALITY AS x (der, n)) ORDER BY h.until DESC)
  FROM (SELECT i.chain, 'infinity'::timestamptz AS until UNION ALL SELECT o.chain, o.until FROM issuer_past_chain o WHERE o.issuer_id = i.id) h)`

export type Chains = readonly (readonly string[] | null)[]

/** The chain that signed `der`; the present one for what is not signed yet, or by none of them. The signing certificate first. */
export function chainOf(der: Uint8Array | null, chains: Chains | null): Buffer<ArrayBuffer>[] {
  const all = (chains ?? []).map((chain) => (chain ?? []).map((one) => Buffer.from(one, 'base64')))
  const [present = [], ...past] = all
  return past.length === 0 || der === null ? present : (all.find((chain) => hasSigned(chain, Buffer.from(der))) ?? present)
}

function hasSigned(chain: readonly Buffer<ArrayBuffer>[], der: Buffer<ArrayBuffer>): boolean {
  if (chain.length === 0) return false
  const { signer, signerKey } = openChain(chain)
  const { issuer, signatureAlgorithm, tbs, signature } = parseCertificate(der)
  return sameBytes(issuer, signer.subject) && verifySigned(signatureAlgorithm, tbs, signature, signerKey)
}
