/**
 * RSA keys for tests, made of primes that are used again: with five primes there are ten keys, no two alike, for a quarter of the time. Two such
 * keys that share a prime give each other away, so they are for tests and for nothing else.
 */
import { createPrivateKey, createPublicKey, generatePrimeSync, type KeyObject } from 'node:crypto'

const E = 65537n
const pools = new Map<number, { primes: bigint[]; next: [number, number] }>()

export interface RsaPair {
  publicKey: KeyObject
  privateKey: KeyObject
}

/** A key that this process has not given out yet. @param modulusLength bits, a multiple of 16 */
export function newRsaPair(modulusLength = 2048): RsaPair {
  const pool = pools.get(modulusLength) ?? { primes: [], next: [0, 1] }
  pools.set(modulusLength, pool)
  const [i, j] = pool.next
  pool.next = i + 1 < j ? [i + 1, j] : [0, j + 1]
  while (pool.primes.length <= j) pool.primes.push(newPrime(modulusLength / 2))
  return pairOf(pool.primes[i] as bigint, pool.primes[j] as bigint)
}

/** Two keys that share a prime, each good on its own: what a generator with too little randomness makes. */
export function sharedPrimePair(): [RsaPair, RsaPair] {
  const shared = newPrime(1024)
  return [pairOf(shared, newPrime(1024)), pairOf(shared, newPrime(1024))]
}

/** Both upper bits are set, so that two make a modulus of exactly twice the length. */
function newPrime(bits: number): bigint {
  for (;;) {
    const prime = generatePrimeSync(bits, { bigint: true })
    if ((prime - 1n) % E !== 0n) return prime
  }
}

function pairOf(one: bigint, other: bigint): RsaPair {
  const [p, q] = one > other ? [one, other] : [other, one]
  const d = inverse(E, (p - 1n) * (q - 1n))
  const parts = { n: p * q, e: E, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) }
  const text = Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, base64url(value)]))
  const privateKey = createPrivateKey({ key: { kty: 'RSA', ...text }, format: 'jwk' })
  return { privateKey, publicKey: createPublicKey(privateKey) }
}

function base64url(value: bigint): string {
  const hex = value.toString(16)
  return Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex').toString('base64url')
}

/** The inverse of `a` modulo `m`, which have no common divisor (extended Euclid). */
function inverse(a: bigint, m: bigint): bigint {
  let [r0, r1, s0, s1] = [m, a % m, 0n, 1n]
  while (r1 !== 0n) {
    const quotient = r0 / r1
    ;[r0, r1] = [r1, r0 - quotient * r1]
    ;[s0, s1] = [s1, s0 - quotient * s1]
  }
  return s0 < 0n ? s0 + m : s0
}
