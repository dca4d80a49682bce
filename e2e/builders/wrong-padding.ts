/**
 * Blocks that are nearly EMSA-PKCS1-v1_5 (RFC 8017 9.2): what lenient verifiers have taken for signatures (Bleichenbacher's forgery of
 * 2006 and its relatives). Tests only.
 */
import { hash } from 'node:crypto'

const OCTETS = 256
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
/** DigestInfo of SHA-256 up to the digest. */
const SHA256_INFO = hex('3031 300d 0609608648016503040201 0500 0420')

/** Padding of 0xff up to the length, unless told otherwise. */
function block(digestInfo: Uint8Array, { type = 1, padding = 0xff, separator = 0, first = 0 } = {}): Buffer {
  const length = OCTETS - 3 - digestInfo.length
  return Buffer.concat([Uint8Array.of(first, type), Buffer.alloc(length, padding), Uint8Array.of(separator), digestInfo])
}

/** Eight octets of padding, the DigestInfo, and rubbish to the end. */
const early = (digestInfo: Uint8Array, rubbish: Uint8Array): Buffer => {
  const head = Buffer.concat([Uint8Array.of(0, 1), Buffer.alloc(8, 0xff), Uint8Array.of(0), digestInfo])
  return Buffer.concat([head, rubbish, Buffer.alloc(OCTETS - head.length - rubbish.length, 0x41)])
}

/** Each block for the signing input, by what is wrong with it. */
export const WRONG_PADDINGS: Record<string, (input: string) => Buffer> = {
  'BER long length of the DigestInfo': (input) => block(Buffer.concat([hex('308131'), SHA256_INFO.subarray(2), digest(input)])),
  'BER long length of the AlgorithmIdentifier': (input) =>
    block(Buffer.concat([hex('3032 30810d 0609608648016503040201 0500 0420'), digest(input)])),
  'BER long length of the digest': (input) =>
    block(Buffer.concat([hex('3032 300d 0609608648016503040201 0500 048120'), digest(input)])),
  'BER indefinite length': (input) => block(Buffer.concat([hex('3080'), SHA256_INFO.subarray(2), digest(input), hex('0000')])),
  'NULL missing': (input) => block(Buffer.concat([hex('302f 300b 0609608648016503040201 0420'), digest(input)])),
  'NULL with content': (input) => block(Buffer.concat([hex('3032 300e 0609608648016503040201 050100 0420'), digest(input)])),
  'parameters of another type': (input) =>
    block(Buffer.concat([hex('3031 300d 0609608648016503040201 3000 0420'), digest(input)])),
  'DigestInfo of SHA-1 over a SHA-256 digest': (input) =>
    block(Buffer.concat([hex('302d 3009 06052b0e03021a 0500 0420'), digest(input)])),
  'DigestInfo of SHA-512': (input) =>
    block(Buffer.concat([hex('3051 300d 0609608648016503040203 0500 0440'), hash('sha512', input, 'buffer')])),
  'a real SHA-1 signature': (input) =>
    block(Buffer.concat([hex('3021 3009 06052b0e03021a 0500 0414'), hash('sha1', input, 'buffer')])),
  'a real MD5 signature': (input) =>
    block(Buffer.concat([hex('3020 300c 06082a864886f70d0205 0500 0410'), hash('md5', input, 'buffer')])),
  'no DigestInfo, the digest alone': (input) => block(digest(input)),
  'digest of other bytes': (input) => block(Buffer.concat([SHA256_INFO, digest(`${input}x`)])),
  'digest cut short': (input) => block(Buffer.concat([SHA256_INFO, digest(input).subarray(0, 31)])),
  'rubbish after the digest': (input) => early(Buffer.concat([SHA256_INFO, digest(input)]), new Uint8Array()),
  'rubbish inside the DigestInfo': (input) => {
    const rubbish = Buffer.alloc(120, 0x42)
    return early(Buffer.concat([hex('3081ab 300d 0609608648016503040201 0500 0420'), digest(input), hex('0478')]), rubbish)
  },
  'rubbish in the parameters': (input) =>
    block(Buffer.concat([hex('3039 3015 0609608648016503040201 0408 4142434445464748 0420'), digest(input)])),
  'block type 2': (input) => block(Buffer.concat([SHA256_INFO, digest(input)]), { type: 2 }),
  'block type 0': (input) => block(Buffer.concat([SHA256_INFO, digest(input)]), { type: 0, padding: 0 }),
  'padding of zeros': (input) => block(Buffer.concat([SHA256_INFO, digest(input)]), { padding: 0 }),
  'padding of 0xfe': (input) => block(Buffer.concat([SHA256_INFO, digest(input)]), { padding: 0xfe }),
  'no zero after the padding': (input) => block(Buffer.concat([SHA256_INFO, digest(input)]), { separator: 0xff }),
  'no padding': (input) => Buffer.concat([Buffer.alloc(OCTETS - SHA256_INFO.length - 32), SHA256_INFO, digest(input)]),
  'all zeros': () => Buffer.alloc(OCTETS),
  one: () => Buffer.concat([Buffer.alloc(OCTETS - 1), Uint8Array.of(1)]),
}

const digest = (input: string): Buffer => hash('sha256', input, 'buffer')

/** For checking the builder: this one must verify. */
export const rightPadding = (input: string): Buffer => block(Buffer.concat([SHA256_INFO, digest(input)]))
