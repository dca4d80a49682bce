/**
 * CAs of others: what each kind of them must be able to do, and opening one with what is stored of it.
 *
 * Opening never asks the CA anything. Its certificates were fetched and held against the pin when the connection was tested
 * (lib/workflows/test-issuer.ts); here the stored chain is held against the pin again, so that a pin that was changed since stops
 * issuing until a test has passed with it.
 */
import { createHash, createPrivateKey } from 'node:crypto'
import type { Bytes } from '#lib/core/asn1/der.ts'
import {
  bindingOf,
  neededCredentials,
  parseIssuerConfig,
  type RemoteConfig,
  type RemoteKindName,
} from '#lib/core/issuer-config/index.ts'
import { openSecret } from './embedded/seal.ts'
import { IssuerError } from './errors.ts'
import { fetchEstCa, openEstIssuer } from './est/issuer.ts'
import type { Issuer, IssuerTrust } from './port.ts'
import type { StoredIssuer } from './registry.ts'
import { fetchScepCertificates, openScepIssuer } from './scep/open.ts'
import { credentialLabel, openCredential } from './sealed-box.ts'

/** Opened credentials by name. */
export type Credentials = ReadonlyMap<string, Buffer>

export interface RemoteIdentity {
  id: string
  name: string
}

/** What a CA says of itself, not believed yet. */
export type FetchedCa =
  | {
      ok: true
      /** Every certificate it gave, DER, in its order. */
      certificates: Bytes[]
      /** What it says it can do, in its own words. */
      capabilities: string[]
      /** Its clock (HTTP Date), or null. */
      date: Date | null
    }
  | { ok: false; fault: 'unreachable' | 'refused' | 'answer'; detail: string }

interface RemoteKind<C> {
  /** @param passphrase the worker's, for secrets that an issuer keeps with what it prepares */
  open(
    issuer: RemoteIdentity,
    trust: IssuerTrust,
    credentials: Credentials,
    config: C,
    passphrase: string,
  ): Issuer | Promise<Issuer>
  fetchCa(config: C, credentials: Credentials): Promise<FetchedCa>
}

const KINDS: { readonly [K in RemoteKindName]: RemoteKind<RemoteConfig[K]> } = {
  est: { open: openEstIssuer, fetchCa: fetchEstCa },
  scep: { open: openScepIssuer, fetchCa: fetchScepCertificates },
}

type StoredRemote<K extends RemoteKindName = RemoteKindName> = Omit<StoredIssuer, 'kind'> & { kind: K }

/** Configuration and credentials of a remote CA, read and opened. @throws IssuerError config, credential_missing, credential_unreadable */
export async function openRemoteAccess<K extends RemoteKindName>(
  stored: StoredRemote<K>,
  passphrase: string,
): Promise<{ config: RemoteConfig[K]; credentials: Credentials }> {
  const config = readConfig(stored)
  const binding = bindingOf(stored.kind, config)
  const credentials = new Map<string, Buffer>()
  for (const name of neededCredentials(stored.kind, config)) {
    const found = stored.credentials.find((credential) => credential.name === name)
    if (found === undefined)
      throw new IssuerError('credential_missing', `The secret ${name} of ${stored.name} was never entered.`)
    const { id, privateSealed } = found.sealingKey
    const pkcs8 = await openSecret(privateSealed, passphrase, sealingKeyLabel(id))
    const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
    pkcs8.fill(0)
    credentials.set(name, openCredential(found.sealed, key, credentialLabel(stored.id, name, binding)))
  }
  return { config, credentials }
}

export const sealingKeyLabel = (id: string): string => `sealing-key/${id}`

function readConfig<K extends RemoteKindName>(stored: StoredRemote<K>): RemoteConfig[K] {
  try {
    return parseIssuerConfig(stored.kind, stored.config)
  } catch (cause) {
    throw new IssuerError('config', `The configuration of the issuer ${stored.name} cannot be read: save it again.`, { cause })
  }
}

/** @throws IssuerError */
export async function openRemoteIssuer<K extends RemoteKindName>(
  stored: StoredRemote<K>,
  trust: IssuerTrust,
  passphrase: string,
): Promise<Issuer> {
  const { config, credentials } = await openRemoteAccess(stored, passphrase)
  const anchor = createHash('sha256')
    .update(trust.chain.at(-1) ?? new Uint8Array())
    .digest('hex')
  if (anchor !== config.anchorSha256)
    throw new IssuerError(
      'not_ready',
      `The pinned CA certificate of ${stored.name} was changed since its connection was tested: test it again.`,
    )
  return KINDS[stored.kind].open({ id: stored.id, name: stored.name }, trust, credentials, config, passphrase)
}

/** Asks the CA for its certificates, believing nothing yet. @throws IssuerError */
export async function fetchRemoteCa<K extends RemoteKindName>(stored: StoredRemote<K>, passphrase: string): Promise<FetchedCa> {
  const { config, credentials } = await openRemoteAccess(stored, passphrase)
  return KINDS[stored.kind].fetchCa(config, credentials)
}
