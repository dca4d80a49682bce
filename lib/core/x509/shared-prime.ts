/**
 * RSA moduli with a prime in common: each is factored by whoever has both, with nothing but a greatest common divisor (Heninger et al., "Mining
 * your Ps and Qs", 2012). Generators with too little randomness make them; one modulus alone does not show it.
 */
const toNumber = (magnitude: Uint8Array): bigint => BigInt(`0x${Buffer.from(magnitude).toString('hex') || '0'}`)

/**
 * True if the modulus shares a prime with one of the others. The modulus itself among them says nothing. Costs about a millisecond, however
 * few the others are, and five microseconds more for each.
 */
export function sharesPrime(modulus: Uint8Array, others: readonly Uint8Array[]): boolean {
  const n = toNumber(modulus)
  const different = others.map(toNumber).filter((other) => other !== n)
  if (n === 0n || different.length === 0) return false
  // All of them at once: only what they leave of each other modulo n matters.
  let [a, b] = [n, different.reduce((product, other) => (product * other) % n, 1n)]
  while (b !== 0n) [a, b] = [b, a % b]
  return a !== 1n
}
