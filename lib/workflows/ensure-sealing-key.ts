/**
 * Makes the key pair that pages encrypt credentials to, before the worker takes its first job, and opens it: a passphrase that does not fit
 * is found at the start.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { ensureSealingKey } from '#lib/data/credentials.ts'
import { newId } from '#lib/data/new-id.ts'
import { openSecret, sealSecret } from '#lib/issuer/embedded/seal.ts'
import { sealingKeyLabel } from '#lib/issuer/remote.ts'
import { makeSealingKey } from '#lib/issuer/sealed-box.ts'
import type { IssuerContext } from './open-issuer.ts'

/** @throws IssuerError wrong_passphrase */
export async function ensureWorkerSealingKey(
  grant: Grant<'system:work'>,
  { caKeyPassphrase }: Pick<IssuerContext, 'caKeyPassphrase'>,
): Promise<void> {
  const { id, privateSealed } = await ensureSealingKey(grant, async () => {
    const made = newId()
    const { publicKey, privateKey } = makeSealingKey()
    const sealed = await sealSecret(privateKey, caKeyPassphrase, sealingKeyLabel(made))
    privateKey.fill(0)
    return { id: made, publicKey, privateSealed: sealed }
  })
  const opened = await openSecret(privateSealed, caKeyPassphrase, sealingKeyLabel(id))
  opened.fill(0)
}
