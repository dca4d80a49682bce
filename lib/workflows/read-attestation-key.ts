/** Reading a key that an administrator pasted, before it is taken over into a draft: what it is, or what is wrong with it. Stores nothing. */
import type { Grant } from '#lib/auth/permissions.ts'
import { type ReadVendorJwk, readVendorJwk } from '#lib/core/enrollment/attestation-policy.ts'
import { RequestError } from '#lib/core/errors.ts'
import { AttestationKeysError } from '#lib/core/jws/attestation-keys.ts'

/** @throws RequestError invalid_input with the sentence at `jwk` */
export async function readAttestationJwk(_grant: Grant<'settings:manage'>, { jwk }: { jwk: string }): Promise<ReadVendorJwk> {
  try {
    return readVendorJwk(jwk)
  } catch (error) {
    if (!(error instanceof AttestationKeysError)) throw error
    throw new RequestError('invalid_input', error.message, { fields: { jwk: error.message } })
  }
}
