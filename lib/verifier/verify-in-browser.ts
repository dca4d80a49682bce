/** The verifier of lib/core/bundle on WebCrypto. */
import './globals.ts'
import { readPublicKeys } from '../core/bundle/public-keys.ts'
import type { BundleVerdict } from '../core/bundle/verdict.ts'
import { verifyBundle } from '../core/bundle/verify.ts'
// In the browser's build node:crypto is this module (lib/embedded/build-verifier.ts).
import { settle } from './node-crypto.ts'

/** @param keysPem PEM of the keys that may have signed; "" for any */
export function verifyInBrowser(file: Uint8Array, keysPem: string): Promise<BundleVerdict> {
  return settle(() => {
    const trustedKeys = readPublicKeys(keysPem)
    return verifyBundle(file, trustedKeys.length > 0 ? { trustedKeys } : {})
  })
}
