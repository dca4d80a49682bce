/**
 * Who signs our questions to a SCEP CA: a registration authority's certificate that the CA's operator gave out, or an ephemeral self-signed
 * one (RFC 8894 §2.3). Always RSA: the answer is encrypted to it by key transport.
 *
 * The ephemeral key is made when the issuer is opened and is sealed once, because sealing costs more than everything else about an
 * enrolment; the sealed key travels with every message that was prepared with it, so that any worker can read the answer after a crash. Its
 * certificate is made anew for each enrolment, with the PKCS#10's subject.
 */
import { createPrivateKey, createPublicKey, generateKeyPair, hash, type KeyObject, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { type Bytes, readDer } from '#lib/core/asn1/der.ts'
import type { Recipient } from '#lib/core/cms/enveloped-data.ts'
import { nameOfCertificate } from '#lib/core/cms/signed-data.ts'
import type { Signer } from '#lib/core/scep/request.ts'
import { encodeSelfSigned } from '#lib/core/scep/signer-certificate.ts'
import { makeSerial, SERIAL_RANDOM_BYTES } from '#lib/core/x509/tbs.ts'
import { openSecret, sealSecret } from '../embedded/seal.ts'
import { IssuerError } from '../errors.ts'
import type { PreparedMessage } from './prepared.ts'

const DAY_MS = 86_400_000
const BACKDATE_MS = 3_600_000
/** An answer may be pending for days. */
const CERTIFICATE_DAYS = 90
const generateRsa = promisify(generateKeyPair)

export interface Signers {
  /** For a new message. */
  sign(subject: Bytes, now: Date): Signer & { sealedKey: Bytes | null }
  /** For a message prepared before, perhaps by another process. @throws IssuerError */
  recall(prepared: PreparedMessage): Promise<Signer & { recipient: Recipient }>
}

const withRecipient = (signer: Signer): Signer & { recipient: Recipient } => {
  const { issuer, serial } = nameOfCertificate(readDer(signer.certificate))
  return { ...signer, recipient: { name: { issuer, serial }, key: signer.key } }
}

/** @throws IssuerError inconsistent, when key and certificate do not belong together or are no RSA ones */
export function raSigners(name: string, certificate: Bytes, keyPem: Buffer): Signers {
  let key: KeyObject
  try {
    key = createPrivateKey(keyPem)
  } catch (cause) {
    throw new IssuerError('inconsistent', `The key of the registration authority of ${name} cannot be read: enter it again.`, {
      cause,
    })
  }
  const { spki } = nameOfCertificate(readDer(certificate))
  const ours = createPublicKey(key).export({ format: 'der', type: 'spki' })
  if (key.asymmetricKeyType !== 'rsa')
    throw new IssuerError(
      'inconsistent',
      `The registration authority of ${name} must have an RSA key: SCEP encrypts answers to it.`,
    )
  if (!ours.equals(spki))
    throw new IssuerError('inconsistent', `Certificate and key of the registration authority of ${name} do not belong together.`)
  const signer = { certificate, key }
  return {
    sign: () => ({ ...signer, sealedKey: null }),
    recall: (prepared) =>
      prepared.sealedKey === null && Buffer.compare(prepared.signer, certificate) === 0
        ? Promise.resolve(withRecipient(signer))
        : Promise.reject(
            new IssuerError(
              'inconsistent',
              `A message to ${name} was prepared with another signer than the one configured now, so its answer cannot be read.`,
            ),
          ),
  }
}

/** @param passphrase CA_KEY_PASSPHRASE */
export async function ephemeralSigners(issuerId: string, passphrase: string): Promise<Signers> {
  const { publicKey, privateKey } = await generateRsa('rsa', { modulusLength: 2048, publicExponent: 0x10001 })
  const spki = publicKey.export({ format: 'der', type: 'spki' }) as Bytes
  const label = `${issuerId}/scep-signer`
  const sealedKey = await sealSecret(privateKey.export({ format: 'der', type: 'pkcs8' }), passphrase, label)
  const opened = new Map<string, Promise<KeyObject>>([[hash('sha256', sealedKey), Promise.resolve(privateKey)]])
  const open = (sealed: Bytes): Promise<KeyObject> => {
    const id = hash('sha256', sealed)
    const known = opened.get(id)
    if (known !== undefined) return known
    const opening = openSecret(sealed, passphrase, label).then((der) =>
      createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }),
    )
    if (opened.size > 100) opened.clear()
    opened.set(id, opening)
    opening.catch(() => opened.delete(id))
    return opening
  }
  return {
    sign: (subject, now) => ({
      certificate: encodeSelfSigned({
        subject,
        spki,
        key: privateKey,
        serial: makeSerial(randomBytes(SERIAL_RANDOM_BYTES)),
        notBefore: new Date(now.getTime() - BACKDATE_MS),
        notAfter: new Date(now.getTime() + CERTIFICATE_DAYS * DAY_MS),
      }),
      key: privateKey,
      sealedKey,
    }),
    recall: async ({ signer, sealedKey: sealed }) => {
      if (sealed === null)
        throw new IssuerError('inconsistent', 'The message was prepared with a registration authority as signer.')
      return withRecipient({ certificate: signer, key: await open(sealed) })
    },
  }
}
