/** RSA keys with the flaws that hostile inputs bring, as modulus bytes, and forged signatures for them. Tests only. */
import { checkPrimeSync, createHash, generatePrimeSync, getDiffieHellman } from 'node:crypto'
import { readFileSync } from 'node:fs'

const toBytes = (n: bigint, length: number): Buffer<ArrayBuffer> => Buffer.from(n.toString(16).padStart(2 * length, '0'), 'hex')

/** Two neighbouring primes of 1024 bits: Fermat finds them at once. */
export function closeFactors(): Buffer<ArrayBuffer> {
  const p = generatePrimeSync(1024, { bigint: true })
  let q = p + 2n
  while (!checkPrimeSync(q)) q += 2n
  return toBytes(p * q, 256)
}

/** 2048 bits, divisible by `factor` (odd). */
export function divisibleBy(factor: bigint): Buffer<ArrayBuffer> {
  const cofactor = (2n ** 2048n - 1n) / factor
  return toBytes((cofactor % 2n === 0n ? cofactor - 1n : cofactor) * factor, 256)
}

export const even = (): Buffer<ArrayBuffer> => toBytes(2n ** 2048n - 2n, 256)
export const zeros = (): Buffer<ArrayBuffer> => Buffer.alloc(256)
export const ones = (octets: number): Buffer<ArrayBuffer> => Buffer.alloc(octets, 0xff)
/** The prime of RFC 3526, group 14: finding one of its size takes seconds. */
export const primeModulus = (): Buffer<ArrayBuffer> => Buffer.from(getDiffieHellman('modp14').getPrime())

/** PKCS #1 v1.5 under the prime of primeModulus: with n − 1 for the totient the private exponent is anybody's to work out. */
export function signWithPrime(input: Uint8Array): Buffer<ArrayBuffer> {
  const n = BigInt(`0x${primeModulus().toString('hex')}`)
  const d = inverse(65537n, n - 1n)
  return toBytes(power(BigInt(`0x${forgeForExponentOne(input).toString('hex')}`), d, n), 256)
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus
    if (bit === '1') result = (result * base) % modulus
  }
  return result
}

/** Of `a` modulo `m`, by Euclid. */
function inverse(a: bigint, m: bigint): bigint {
  let [r, rest] = [m, a]
  let [t, next] = [0n, 1n]
  while (rest !== 0n) {
    const quotient = r / rest
    ;[r, rest] = [rest, r - quotient * rest]
    ;[t, next] = [next, t - quotient * next]
  }
  return t < 0n ? t + m : t
}

/** The key with the ROCA fingerprint among the Wycheproof JSON Web Key vectors. */
export function rocaModulus(): Buffer<ArrayBuffer> {
  const file = JSON.parse(readFileSync(new URL('../vectors/wycheproof/json_web_key_test.json', import.meta.url), 'utf8'))
  for (const group of file.testGroups) {
    if (!JSON.stringify(group).toLowerCase().includes('roca')) continue
    const keys = [group.public, group.private, ...(group.public?.keys ?? []), ...(group.private?.keys ?? [])]
    const key = keys.find((candidate) => candidate?.kty === 'RSA')
    if (key !== undefined) return Buffer.from(key.n, 'base64url')
  }
  throw new Error('no ROCA key among the vectors')
}

/** A key that Debian's OpenSSL made before May 2008, and its name on the list of openssl-blacklist (both as Boulder's tests publish them). */
export const debianWeak = (): { n: Buffer<ArrayBuffer>; name: string } => ({
  n: Buffer.from(
    'd673252af6723c3f72529403eab7c30def3c52f97e799825f4a70191c616adcf1ece1113f1625971074c492c592025fdeadbdb146a081826bdf0d77c3c913dcf' +
      '1b6f0b3b78f5108d2e493ad0eee8ca5c021711adc13d358e61133870fcd19c8e5c22403959782aa82e72aee53a3d491e3912ce27b27e1a85ea69c19a527d28f7' +
      '934c9823b7e56fdd657dac83fdc65bb22a98d843df73238919781b714c81a5e2afec71f5c54aa2a27c590ad94c03c1062d50efcffac743e3c8a3ae056846a1d7' +
      '56eb862bf4224169d467c35215ade0afcc11e85fe629afb802c4786ff2e9c929bccf502b3d3b8876c6a11785cc398b389f1d86bdd9cb0bd4ec13956ec3fa270d',
    'hex',
  ),
  name: '8df20e6961a16398b85a',
})

/** With a public exponent of 1 the signature is the padded digest itself (RFC 8017 9.2): nobody needs a private key. */
export function forgeForExponentOne(input: Uint8Array, octets = 256): Buffer<ArrayBuffer> {
  const digestInfo = Buffer.concat([
    Buffer.from('3031300d060960864801650304020105000420', 'hex'),
    createHash('sha256').update(input).digest(),
  ])
  return Buffer.concat([Uint8Array.of(0, 1), Buffer.alloc(octets - 3 - digestInfo.length, 0xff), Uint8Array.of(0), digestInfo])
}

/** 2048 bits with the ROCA fingerprint and no small factor: a power of 65537 modulo every prime up to 167. */
export function rocaFingerprint(): Buffer<ArrayBuffer> {
  const primes = Array.from({ length: 750 }, (_, i) => i + 2).filter((n) =>
    Array.from({ length: n - 2 }, (_, d) => d + 2).every((d) => n % d !== 0),
  )
  const product = primes.filter((p) => p <= 167).reduce((all, p) => all * BigInt(p), 1n)
  const residue = 65537n ** 5n % product
  let k = (2n ** 2048n - 2n ** 2040n) / product
  while (primes.some((p) => (k * product + residue) % BigInt(p) === 0n)) k++
  return toBytes(k * product + residue, 256)
}
