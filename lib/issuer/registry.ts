/**
 * Stored issuers, opened once per process.
 *
 * The cache is keyed by the issuer's id and revision, which the database counts up with every change of its configuration, certificates or
 * credentials; so a CA that was changed on a page is opened again by the next job of every worker, and the old one is forgotten. An opening
 * that fails is not remembered: the next job tries again.
 */
import type { Bytes } from '#lib/core/asn1/der.ts'
import { isRemoteKind } from '#lib/core/issuer-config/index.ts'
import { type Chain, openChain } from '#lib/core/x509/chain.ts'
import { openEmbeddedIssuer } from './embedded/issuer.ts'
import { IssuerError } from './errors.ts'
import type { Issuer } from './port.ts'
import { openRemoteIssuer } from './remote.ts'

export type IssuerKind = 'embedded' | 'scep' | 'est'

/** An issuer as the database has it. */
export interface StoredIssuer {
  id: string
  name: string
  kind: IssuerKind
  config: unknown
  certificate: Bytes | null
  chain: Bytes[]
  revision: number
  /** Keys of an embedded CA. */
  secrets: { name: string; sealed: Bytes }[]
  /** What administrators entered for a remote CA: the newest of each name, with the key it is sealed to. */
  credentials: { name: string; sealed: Bytes; sealingKey: { id: string; privateSealed: Bytes } }[]
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

const opened = new Map<string, { revision: number; opening: Promise<OpenIssuer> }>()

/** @param load asked only when this process has not opened that revision yet */
export function findIssuer(
  { id, revision }: { id: string; revision: number },
  config: IssuerConfig,
  load: () => Promise<StoredIssuer>,
): Promise<OpenIssuer> {
  const known = opened.get(id)
  if (known?.revision === revision) return known.opening
  const opening = load().then((stored) => openIssuer(stored, config))
  const entry = { revision, opening }
  opened.set(id, entry)
  opening.catch(() => {
    if (opened.get(id) === entry) opened.delete(id)
  })
  return opening
}

/** @throws IssuerError, ChainError */
export async function openIssuer(stored: StoredIssuer, config: IssuerConfig): Promise<OpenIssuer> {
  if (stored.certificate === null) throw new IssuerError('not_ready', `The issuer ${stored.name} has no certificate yet.`)
  const { kind } = stored
  const trust = { certificate: stored.certificate, chain: stored.chain }
  if (kind === 'embedded') {
    const issuer = await openEmbeddedIssuer(stored.name, trust, stored.secrets, config)
    return { issuer, chain: openChain(stored.chain) }
  }
  if (!isRemoteKind(kind)) throw new IssuerError('unsupported', `Issuers of kind ${kind} are not built in.`)
  return { issuer: await openRemoteIssuer({ ...stored, kind }, trust, config.passphrase), chain: openChain(stored.chain) }
}
