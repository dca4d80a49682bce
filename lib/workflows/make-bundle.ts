/**
 * Makes an evidence bundle (job make-bundle): reads everything of the enrolment in one statement, builds the parts, and signs their hashes
 * with the bundle key.
 *
 * The key is this portal's own and stands alone: EC P-256, made when the first bundle is, sealed like the CA's keys, its public half
 * published at /pki/bundle-keys.pem and its making written into the audit chain. Not certified by the embedded CA, because portals that
 * issue from another CA have bundles too, and because a bundle must stay provable after that CA was replaced.
 * Killed anywhere, the job makes the bundle again; one that is stored already is not touched.
 */
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import type { Grant } from '#lib/auth/permissions.ts'
import { buildParts, type SignManifest, signBundle } from '#lib/core/bundle/build.ts'
import { readBundleContent } from '#lib/data/bundle-content.ts'
import { ensureBundleKey, findBundleToMake, type StoredBundleKey, storeBundle } from '#lib/data/bundles.ts'
import { newId } from '#lib/data/new-id.ts'
import { openSecret, sealSecret } from '#lib/issuer/embedded/seal.ts'
import type { WorkerContext } from './worker-context.ts'

const sealLabel = (id: string): string => `bundle-key/${id}`

export async function makeBundle(
  grant: Grant<'system:work'>,
  { caKeyPassphrase }: Pick<WorkerContext, 'caKeyPassphrase'>,
  { bundleId }: { bundleId: string },
): Promise<void> {
  const wanted = await findBundleToMake(grant, bundleId)
  if (wanted === null) return
  const content = await readBundleContent(grant, wanted.enrollmentId)
  if (content === null) throw new Error(`The enrolment ${wanted.enrollmentId} of bundle ${bundleId} is gone.`)
  const key = await ensureBundleKey(grant, () => newKey(caKeyPassphrase))
  const about = { enrollmentId: wanted.enrollmentId, madeAt: new Date().toISOString() }
  const body = signBundle(buildParts(content), about, key.spki, await openSigner(key, caKeyPassphrase))
  await storeBundle(grant, bundleId, wanted.enrollmentId, body)
}

async function newKey(passphrase: string): Promise<StoredBundleKey> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const id = newId()
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' })
  const sealed = await sealSecret(pkcs8, passphrase, sealLabel(id))
  pkcs8.fill(0)
  return { id, spki: Buffer.from(publicKey.export({ type: 'spki', format: 'der' })), sealed }
}

async function openSigner({ id, sealed }: StoredBundleKey, passphrase: string): Promise<SignManifest> {
  const pkcs8 = await openSecret(sealed, passphrase, sealLabel(id))
  const key = createPrivateKey({ key: pkcs8, type: 'pkcs8', format: 'der' })
  pkcs8.fill(0)
  // RFC 7518 3.4: R‖S, not DER.
  return (input) => sign('sha256', input, { key, dsaEncoding: 'ieee-p1363' })
}
