/** Opening a SCEP CA from what is stored of it, and asking it for its certificates when its connection is set up. */
import { createHash, X509Certificate } from 'node:crypto'
import { type Bytes, DerError } from '#lib/core/asn1/der.ts'
import { CmsError } from '#lib/core/cms/errors.ts'
import { readSignedData } from '#lib/core/cms/signed-data.ts'
import type { ScepConfig } from '#lib/core/issuer-config/scep.ts'
import { getCaCaps, getCaCert } from '#lib/external/scep-http.ts'
import { IssuerError } from '../errors.ts'
import type { Issuer, IssuerTrust } from '../port.ts'
import type { Credentials, FetchedCa, RemoteIdentity } from '../remote.ts'
import { faultOf } from './ca.ts'
import { ScepIssuer } from './issuer.ts'
import { ephemeralSigners, raSigners, type Signers } from './signer.ts'

/** The signer of this process: one key for an issuer and passphrase, however often its configuration changes. */
const ephemeral = new Map<string, Promise<Signers>>()

function ephemeralOf(issuerId: string, passphrase: string): Promise<Signers> {
  const key = `${issuerId}/${createHash('sha256').update(passphrase).digest('hex')}`
  const known = ephemeral.get(key)
  if (known !== undefined) return known
  const made = ephemeralSigners(issuerId, passphrase)
  ephemeral.set(key, made)
  made.catch(() => ephemeral.delete(key))
  return made
}

/** @throws IssuerError */
export async function openScepIssuer(
  { id, name }: RemoteIdentity,
  trust: IssuerTrust,
  credentials: Credentials,
  config: ScepConfig,
  passphrase: string,
): Promise<Issuer> {
  return new ScepIssuer(name, trust, config, await signersOf(id, name, credentials, config, passphrase))
}

async function signersOf(
  id: string,
  name: string,
  credentials: Credentials,
  { raCertificate }: ScepConfig,
  passphrase: string,
): Promise<Signers> {
  if (raCertificate === null) return ephemeralOf(id, passphrase)
  const key = credentials.get('ra-key')
  if (key === undefined)
    throw new IssuerError('credential_missing', `The key of the registration authority of ${name} was never entered.`)
  return raSigners(name, Buffer.from(new X509Certificate(raCertificate).raw), key)
}

/** GetCACert and GetCACaps, believing nothing yet. */
export async function fetchScepCertificates(config: ScepConfig): Promise<FetchedCa> {
  const [caps, answer] = await Promise.all([getCaCaps(config), getCaCert(config)])
  if (!answer.ok) return faultOf(answer)
  if (!caps.ok) return faultOf(caps)
  return { ok: true, certificates: certificatesOf(answer.value), capabilities: [...caps.value], date: answer.date }
}

/** One certificate, or several in a degenerate SignedData. */
function certificatesOf(body: Bytes): Bytes[] {
  try {
    return readSignedData(body).certificates.map((node) => Buffer.from(node.bytes))
  } catch (error) {
    if (error instanceof DerError || error instanceof CmsError) return [body]
    throw error
  }
}
