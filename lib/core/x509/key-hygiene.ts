/**
 * Is this public key fit to be trusted at all? Asked of every key before it is given to a verifier.
 *
 * Libraries check little: with a public exponent of 1 anybody makes "valid" signatures without a private key, and jose, WebCrypto
 * and OpenSSL say yes to them. The rules are those of Let's Encrypt's goodkey: e = 65537, 2048, 3072 or 4096 bits, no prime factor
 * below 752, no ROCA fingerprint (CVE-2017-15361), no two close factors (Fermat, CVE-2022-26320); for EC a point on P-256 or P-384.
 *
 * Made fast, because it runs twice for every answer and public-key checks cost 20 µs each: one division by the product of all small
 * primes gives every residue (shared with ROCA), and Fermat's rounds are ordinary numbers behind a filter of quadratic residues, so
 * that a square root of big integers is taken about once. Not looked for: a prime modulus (see isPrimeModulus), shared primes (shared-prime.ts),
 * keys that stand on lists (weak-key-list.ts).
 */
import { checkPrime } from 'node:crypto'
import type { PublicKeyParts } from './spki.ts'

/** Null if the key is fit; else what is wrong with it, for the evidence. */
export function findKeyWeakness(key: PublicKeyParts): string | null {
  return key.kty === 'RSA' ? findRsaWeakness(key.n, key.e) : findEcWeakness(key)
}

export const RSA_SIZES: readonly number[] = [2048, 3072, 4096]
export const FERMAT_ROUNDS = 110

/** Magnitudes, big-endian, no leading zeros. */
function findRsaWeakness(n: Buffer, e: Buffer): string | null {
  if (!(e.length === 3 && e[0] === 1 && e[1] === 0 && e[2] === 1)) return 'the public exponent is not 65537'
  const bits = bitLength(n)
  if (!RSA_SIZES.includes(bits)) return `the modulus has ${bits} bits`
  const modulus = BigInt(`0x${n.toString('hex')}`)
  const residues = smallResidues(modulus)
  const factor = SMALL_PRIMES.find((_prime, i) => residues[i] === 0)
  if (factor !== undefined) return `the modulus is divisible by ${factor}`
  if (hasRocaFingerprint(residues)) return 'the modulus has the ROCA fingerprint'
  if (hasCloseFactors(modulus)) return 'the factors of the modulus are close together'
  return null
}

/** Of a magnitude; leading zero octets count nothing. */
export function bitLength(magnitude: Uint8Array): number {
  let start = 0
  while (start < magnitude.length && magnitude[start] === 0) start++
  const first = magnitude[start]
  return first === undefined ? 0 : (magnitude.length - start - 1) * 8 + (32 - Math.clz32(first))
}

// ── Small factors and ROCA ──────────────────────────────────────────────────────────────────────────────────────────────────────

const SMALL_PRIMES: readonly number[] = Array.from({ length: 751 }, (_, i) => i + 2).filter((n) => {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false
  return n < 752
})

/** Products of neighbouring primes, each below 2^50 so that remainders are exact numbers. */
const CHUNKS: { product: bigint; members: number[] }[] = []
for (const prime of SMALL_PRIMES) {
  const last = CHUNKS.at(-1)
  if (last !== undefined && last.product * BigInt(prime) < 2n ** 50n) {
    last.product *= BigInt(prime)
    last.members.push(prime)
  } else CHUNKS.push({ product: BigInt(prime), members: [prime] })
}
const ALL_SMALL_PRIMES = CHUNKS.reduce((product, chunk) => product * chunk.product, 1n)

/** n mod p for every small prime, in order. */
function smallResidues(n: bigint): number[] {
  const reduced = n % ALL_SMALL_PRIMES
  const residues: number[] = []
  for (const { product, members } of CHUNKS) {
    const rest = Number(reduced % product)
    for (const prime of members) residues.push(rest % prime)
  }
  return residues
}

/** For the primes of Infineon's generator up to 167: which residues powers of 65537 take. Primes where they take all say nothing. */
const ROCA_GROUPS: { index: number; powers: Set<number> }[] = SMALL_PRIMES.flatMap((prime, index) => {
  if (prime > 167 || prime === 2) return []
  const powers = new Set<number>()
  for (let power = 1; !powers.has(power); power = (power * (65537 % prime)) % prime) powers.add(power)
  return powers.size === prime - 1 ? [] : [{ index, powers }]
})

/** Nemec et al., "The Return of Coppersmith's Attack", section 4: both factors, hence n, are powers of 65537 modulo each prime. */
const hasRocaFingerprint = (residues: readonly number[]): boolean =>
  ROCA_GROUPS.every(({ index, powers }) => powers.has(residues[index] as number))

// ── Fermat ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Coprime moduli of the filter; their product squared is below 2^53. Together they let 1 of about 140 non-squares through. */
const FILTER_MODULI = [64, 63, 65, 11] as const
const FILTER_PRODUCT = 64 * 63 * 65 * 11
const SQUARES: readonly Uint8Array[] = FILTER_MODULI.map((m) => {
  const squares = new Uint8Array(m)
  for (let i = 0; i < m; i++) squares[(i * i) % m] = 1
  return squares
})
const [SQUARES_64, SQUARES_63, SQUARES_65, SQUARES_11] = SQUARES as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]

/** True if a² − n is a square for one of the first FERMAT_ROUNDS values a ≥ √n, that is, if the factors are close. */
function hasCloseFactors(n: bigint): boolean {
  const { root, rest: beyond } = squareRoot(n)
  const a = beyond === 0n ? root : root + 1n
  let aRest = Number(a % BigInt(FILTER_PRODUCT))
  let rest = Number((a * a - n) % BigInt(FILTER_PRODUCT))
  for (let i = 0; i < FERMAT_ROUNDS; i++) {
    const maySquare =
      SQUARES_64[rest & 63] === 1 && SQUARES_63[rest % 63] === 1 && SQUARES_65[rest % 65] === 1 && SQUARES_11[rest % 11] === 1
    if (maySquare) {
      const candidate = (a + BigInt(i)) ** 2n - n
      if (isSquare(candidate)) return true
    }
    // (a + 1)² − n is 2a + 1 more; nothing here leaves 31 bits.
    rest = (rest + 2 * aRest + 1) % FILTER_PRODUCT
    aRest = aRest + 1 === FILTER_PRODUCT ? 0 : aRest + 1
  }
  return false
}

const SECOND_FILTER = 17n * 19n * 23n * 29n * 31n * 37n * 41n
const SECOND_MODULI = [17, 19, 23, 29, 31, 37, 41] as const
const SECOND_SQUARES = SECOND_MODULI.map((m) => new Set(Array.from({ length: m }, (_, i) => (i * i) % m)))

function isSquare(value: bigint): boolean {
  const rest = Number(value % SECOND_FILTER)
  if (!SECOND_MODULI.every((m, i) => SECOND_SQUARES[i]?.has(rest % m))) return false
  return squareRoot(value).rest === 0n
}

/** ⌊√n⌋ and n − ⌊√n⌋², for n ≥ 0. */
export const squareRoot = (n: bigint): { root: bigint; rest: bigint } => squareRootOf(n, n.toString(16).length * 4)

/**
 * Zimmermann, "Karatsuba Square Root" (INRIA RR-3805, 1999): the root of the upper half of the bits, then one division for the lower half
 * of the root. `bits` is the length of n or a little more.
 */
function squareRootOf(n: bigint, bits: number): { root: bigint; rest: bigint } {
  if (bits <= 52) {
    const root = BigInt(Math.floor(Math.sqrt(Number(n))))
    return { root, rest: n - root * root }
  }
  const quarter = bits >> 2
  const lower = BigInt(quarter)
  const upper = squareRootOf(n >> (2n * lower), bits - 2 * quarter)
  const dividend = (upper.rest << lower) | BigInt.asUintN(quarter, n >> lower)
  const divisor = upper.root << 1n
  const quotient = dividend / divisor
  let root = (upper.root << lower) + quotient
  let rest = ((dividend - quotient * divisor) << lower) + BigInt.asUintN(quarter, n) - quotient * quotient
  while (rest < 0n) {
    rest += (root << 1n) - 1n
    root--
  }
  return { root, rest }
}

// ── Elliptic curves ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** SEC 2: y² = x³ − 3x + b over the field of p elements. */
const CURVES = {
  'P-256': {
    p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  },
  'P-384': {
    p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
  },
} as const

function findEcWeakness(key: Extract<PublicKeyParts, { kty: 'EC' }>): string | null {
  const { p, b } = CURVES[key.crv]
  const x = BigInt(`0x${key.x.toString('hex')}`)
  const y = BigInt(`0x${key.y.toString('hex')}`)
  if (x >= p || y >= p) return 'a coordinate is not below the field’s size'
  if ((y * y - (x * x * x - 3n * x + b)) % p !== 0n) return 'the point is not on the curve'
  return null
}

// ── Slow: not part of an answer's checks ────────────────────────────────────────────────────────────────────────────────────────

/**
 * True if an RSA modulus is itself prime: then everybody knows the private key. Costs more than a private-key operation, so it is
 * asked once, of keys that are about to be trusted (configured attestation keys) or certified; runs outside the event loop.
 */
export function isPrimeModulus(key: PublicKeyParts): Promise<boolean> {
  if (key.kty !== 'RSA') return Promise.resolve(false)
  const { n } = key
  return new Promise((done, fail) => checkPrime(n, { checks: 1 }, (error, prime) => (error ? fail(error) : done(prime))))
}
