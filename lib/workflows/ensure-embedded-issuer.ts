/**
 * What a worker does about the embedded CA before it takes its first job: make it if there is none, and open its keys, so that a wrong
 * passphrase stops the start with one sentence instead of failing the first enrolment.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { readIssuer, storeEmbeddedIssuer } from '#lib/data/issuers.ts'
import { createEmbeddedCa, EMBEDDED_ISSUER_NAME } from '#lib/issuer/embedded/create.ts'
import type { OpenIssuer } from '#lib/issuer/registry.ts'
import { logger } from '#lib/log.ts'
import { type IssuerContext, openStoredIssuer } from './open-issuer.ts'

/**
 * @param now when the certificates begin; by this machine's clock, since the CA is made before anything else can happen
 * @throws IssuerError with a sentence for whoever starts the worker
 */
export async function ensureEmbeddedIssuer(
  grant: Grant<'system:work'>,
  context: IssuerContext,
  now: Date = new Date(),
): Promise<OpenIssuer> {
  const name = EMBEDDED_ISSUER_NAME
  let stored = await readIssuer(grant, { name })
  if (!stored?.certificate) {
    const started = performance.now()
    const ca = await createEmbeddedCa({ name, publicUrl: context.publicUrl, passphrase: context.caKeyPassphrase, now })
    const ours = await storeEmbeddedIssuer(grant, name, ca)
    stored = await readIssuer(grant, { name })
    if (ours) logger('issuer').info({ issuer: name, ms: Math.round(performance.now() - started) }, 'the embedded CA was made')
  }
  if (!stored?.certificate) throw new Error(`The issuer ${name} could not be made.`)
  return openStoredIssuer(grant, context, stored)
}
