/**
 * Stored issuers, opened once per process.
 *
 * The cache is keyed by the issuer's id and the hash of its certificate, so that a CA whose certificate is replaced is opened again. An
 * opening that fails is not remembered: the next job tries again.
 */
import type { Bytes } from '#lib/core/asn1/der.ts'
import { type Chain, openChain } from '#lib/core/x509/chain.ts'
import { openEmbeddedIssuer } from './embedded/issuer.ts'
import { IssuerError } from './errors.ts'
import type { Issuer } from './port.ts'

/** An issuer as the database has it. */
export interface StoredIssuer {
  id: string
  name: string
  kind: 'embedded' | 'scep' | 'est'
  certificate: Bytes | null
  chain: Bytes[]
  secrets: { name: string; sealed: Bytes }[]
}

export interface IssuerConfig {
  passphrase: string
  publicUrl: string
}

/** An issuer ready for work, with the chain that its answers are checked against. */
export interface OpenIssuer {
  issuer: Issuer
  chain: Chain
}

const opened = new Map<string, Promise<OpenIssuer>>()

/**
 * @param certificateSha256 hex, of the certificate the issuer has now
 * @param load asked only when this process has not opened that issuer yet
 */
export function findIssuer(
  id: string,
  certificateSha256: string,
  config: IssuerConfig,
  load: () => Promise<StoredIssuer>,
): Promise<OpenIssuer> {
  const key = `${id}/${certificateSha256}`
  const known = opened.get(key)
  if (known !== undefined) return known
  const opening = load().then((stored) => openIssuer(stored, config))
  opened.set(key, opening)
  opening.catch(() => opened.delete(key))
  return opening
}

/** @throws IssuerError, ChainError */
export async function openIssuer(stored: StoredIssuer, config: IssuerConfig): Promise<OpenIssuer> {
  if (stored.certificate === null)
    throw new IssuerError('not_ready', `The issuer ${stored.name} has no certificate yet: no worker has made it.`)
  if (stored.kind !== 'embedded') throw new IssuerError('unsupported', `Issuers of kind ${stored.kind} are not built in yet.`)
  const trust = { certificate: stored.certificate, chain: stored.chain }
  const issuer = await openEmbeddedIssuer(stored.name, trust, stored.secrets, config)
  return { issuer, chain: openChain(stored.chain) }
}
