/**
 * The attestation key that every training app holds: made at the first start, kept in the data folder, handed to apps by
 * GET /simulator/app. The public half is written in the form of ATTESTATION_KEYS_FILE for the portal's configuration. As with the real
 * app's built-in key it proves "made by this app", and here not even that: whoever reaches the simulator can have it.
 */
import { createHash, generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Private JWK, RSA-2048. `folder` exists. */
export function keepAttestationKey(folder: string): JsonWebKey {
  const path = join(folder, 'attestation-private.json')
  const made = !existsSync(path)
  const jwk = made ? makeKey() : (JSON.parse(readFileSync(path, 'utf8')) as JsonWebKey)
  if (made) write(path, jwk, 0o600)
  const { kty, n, e } = jwk
  const kid = `attestation_simulator_${createHash('sha256')
    .update(n ?? '')
    .digest('hex')
    .slice(0, 12)}`
  // Members in the order of the vendor's published form.
  write(
    join(folder, 'attestation-keys.json'),
    { ATTESTATION: [{ alg: 'RS256', e, keystate: 'active', kid, kty, n, use: 'sig' }] },
    0o644,
  )
  return jwk
}

const makeKey = (): JsonWebKey => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })

function write(path: string, value: unknown, mode: number): void {
  const temporary = `${path}.${process.pid}`
  writeFileSync(temporary, `${JSON.stringify(value)}\n`, { mode })
  renameSync(temporary, path)
}
