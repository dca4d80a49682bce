/**
 * What is configured of an issuer, by kind, and which secrets it needs beside it.
 *
 * The configuration stands in issuer.config for everybody to read; credentials stand in issuer_credential, encrypted to the worker, and
 * are bound to the address they are for (`bindingOf`): whoever changes the address has to enter them again.
 */
import { z } from 'zod'
import { type EstConfig, estConfigSchema } from './est.ts'
import { sha256Hex } from './fields.ts'
import { type ScepConfig, scepConfigSchema } from './scep.ts'

export interface CredentialRule<C> {
  /** Name in issuer_credential. */
  name: string
  form: 'password' | 'private-key'
  /** Whether this configuration cannot work without it. */
  isNeeded(config: C): boolean
}

interface RemoteKind<C> {
  schema: z.ZodType<C>
  credentials: readonly CredentialRule<C>[]
}

const est: RemoteKind<EstConfig> = {
  schema: estConfigSchema,
  credentials: [
    { name: 'basic-password', form: 'password', isNeeded: (config) => config.basicUser !== null },
    { name: 'client-key', form: 'private-key', isNeeded: (config) => config.clientCertificate !== null },
  ],
}

const scep: RemoteKind<ScepConfig> = {
  schema: scepConfigSchema,
  credentials: [{ name: 'ra-key', form: 'private-key', isNeeded: (config) => config.raCertificate !== null }],
}

/** Kinds that an administrator can add. The embedded CA makes itself. */
export type RemoteConfig = { est: EstConfig; scep: ScepConfig }
export type RemoteKindName = keyof RemoteConfig
export const REMOTE_KINDS: { readonly [K in RemoteKindName]: RemoteKind<RemoteConfig[K]> } = { est, scep }
export const isRemoteKind = (kind: string): kind is RemoteKindName => Object.hasOwn(REMOTE_KINDS, kind)

/** @throws ZodError */
export const parseIssuerConfig = <K extends RemoteKindName>(kind: K, config: unknown): RemoteConfig[K] =>
  REMOTE_KINDS[kind].schema.parse(config) as RemoteConfig[K]

/** The credentials that this configuration cannot work without. */
export function neededCredentials<K extends RemoteKindName>(kind: K, config: RemoteConfig[K]): string[] {
  const rules: readonly CredentialRule<RemoteConfig[K]>[] = REMOTE_KINDS[kind].credentials
  return rules.filter((rule) => rule.isNeeded(config)).map((rule) => rule.name)
}

/** Where a credential may be sent: address and whom TLS believes there. */
export const bindingOf = (kind: RemoteKindName, config: { url: string; tlsCa?: string | null }): string =>
  `${kind} ${config.url} ${sha256Hex(config.tlsCa ?? '')}`

/** SHA-256 of the anchor that was pinned, or null for a configuration without. */
export const pinOf = (config: unknown): string | null =>
  z.looseObject({ anchorSha256: z.string() }).safeParse(config).data?.anchorSha256 ?? null
