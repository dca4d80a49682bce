/**
 * TBSCertificate (RFC 5280 §4.1.1.1): everything the CA's signature will stand for.
 *
 * A template holds the encoded parts that are the same for all certificates of one CA and profile, so that an issuance only encodes
 * serial number, validity, key identifier and address, and copies the rest (performance P4: the codec was the cost, not the signature).
 * Subject and public key are the CSR's own bytes; building a Name again from text would change string types and with them the DER
 * (hostile-inputs 6).
 */
import { context, integer, nul, oid, rfc5280Time, seq, tlv, unsignedInteger } from '../asn1/der.ts'
import { OID } from '../asn1/oids.ts'

/** sha256WithRSAEncryption with its NULL (RFC 4055 §5): what our own CA signs with. */
export const SHA256_WITH_RSA: Uint8Array = seq(oid(OID.sha256WithRSAEncryption), nul())

/** [0] EXPLICIT INTEGER 2: version 3. */
const VERSION_3 = context(0, integer(2))

/** Serial numbers as they are stored, searched and shown: lower-case hex without leading zeros. */
export const serialToHex = (serial: Uint8Array): string => {
  const hex = Buffer.from(serial).toString('hex').replace(/^0+/, '')
  return hex === '' ? '0' : hex
}

export const serialFromHex = (hex: string): Uint8Array => Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex')

/** Octets of randomness that `makeSerial` takes. */
export const SERIAL_RANDOM_BYTES = 16

/**
 * A serial number of 17 octets: 0x40, then 128 random bits. Positive, never more than 20 octets, no leading zero, and not guessable
 * (§4.1.2.2; hostile-inputs F-S21: the published example's serial number was a clock).
 */
export function makeSerial(random: Uint8Array): Uint8Array {
  if (random.length !== SERIAL_RANDOM_BYTES) throw new RangeError(`${random.length} random octets`)
  return Uint8Array.of(0x40, ...random)
}

export interface TbsTemplate {
  /** signature AlgorithmIdentifier ‖ issuer Name */
  beforeValidity: Uint8Array
  /** Extensions of every certificate, each whole, in the order they will stand in. */
  extensions: readonly Uint8Array[]
}

export const makeTbsTemplate = (issuerName: Uint8Array, extensions: readonly Uint8Array[]): TbsTemplate => ({
  beforeValidity: Buffer.concat([SHA256_WITH_RSA, issuerName]),
  extensions,
})

export interface TbsFields {
  /** Magnitude, big-endian. */
  serial: Uint8Array
  notBefore: Date
  notAfter: Date
  /** Raw Name. */
  subject: Uint8Array
  /** Raw SubjectPublicKeyInfo. */
  spki: Uint8Array
  /** After the template's. */
  extensions: readonly Uint8Array[]
}

export const encodeTbs = (template: TbsTemplate, fields: TbsFields): Buffer<ArrayBuffer> =>
  seq(
    VERSION_3,
    unsignedInteger(fields.serial),
    template.beforeValidity,
    seq(rfc5280Time(fields.notBefore), rfc5280Time(fields.notAfter)),
    fields.subject,
    fields.spki,
    context(3, seq(...template.extensions, ...fields.extensions)),
  )

const ZERO_UNUSED_BITS = Uint8Array.of(0)
const BIT_STRING = 0x03

/** SIGNED{…}: certificate or CRL from what was signed, the algorithm and the signature. */
export const assembleSigned = (tbs: Uint8Array, algorithm: Uint8Array, signature: Uint8Array): Buffer<ArrayBuffer> =>
  seq(tbs, algorithm, tlv(BIT_STRING, ZERO_UNUSED_BITS, signature))
