/** F-C6 to F-C11: key and signature of the certificate request. */
import { constants, sign } from 'node:crypto'
import * as der from '#lib/core/asn1/der.ts'
import { OID } from '#lib/core/asn1/oids.ts'
import { encodeCsr, readCsr } from '#lib/core/x509/csr.ts'
import { attestation, RS256_CSR, rsaKey, SUBJECT, spkiOf } from '../builders/answer.ts'
import { csr, derOf, phone, rebuild, rsaSpki, stranger } from '../builders/csr-bends.ts'
import { closeFactors, forgeForExponentOne, rocaFingerprint } from '../builders/weak-keys.ts'
import { type Row, toCases } from './case.ts'

const { n } = phone.publicKey.export({ format: 'jwk' })
const exponentOne = der.seq(
  der.seq(der.oid(OID.rsaEncryption), der.nul()),
  der.bitString(der.seq(der.unsignedInteger(Buffer.from(String(n), 'base64url')), der.integer(1))),
)

const pss = der.seq(der.oid(OID['id-RSASSA-PSS']), der.seq(der.context(0, der.seq(der.oid('2.16.840.1.101.3.4.2.1'), der.nul()))))

const rows: Row[] = [
  ['F-C6', 'another key', 'csr_key', 'C21', csr({ spki: spkiOf(stranger.publicKey), signer: stranger.privateKey })],
  ['F-C6', 'another key, signed by the phone’s', 'csr_key', 'C21 C22', csr({ spki: spkiOf(stranger.publicKey) })],
  [
    'F-C6',
    'RSASSA-PSS as key algorithm',
    'csr_key',
    'C21 | C22(C21)',
    csr({ spki: rsaSpki(der.seq(der.oid(OID['id-RSASSA-PSS']))) }),
  ],
  ['F-C6', 'without NULL parameters', 'csr_key', 'C21 | C22(C21)', csr({ spki: rsaSpki(der.seq(der.oid(OID.rsaEncryption))) })],
  [
    'F-C6',
    'another algorithm’s identifier',
    'csr_key',
    'C21 | C22(C21)',
    csr({ spki: rsaSpki(der.seq(der.oid(OID['id-Ed25519']))) }),
  ],
  [
    'F-C7',
    'the throw-away key kept',
    'csr_key',
    'C21',
    csr({ spki: spkiOf(rsaKey('dummy signer').publicKey), signer: rsaKey('dummy signer').privateKey }),
  ],
  ['F-C8', 'signed by a stranger', 'csr_sig', 'C22', csr({ signer: stranger.privateKey })],
  ['F-C8', 'signed by the attestation key', 'csr_sig', 'C22', csr({ signer: attestation().privateKey })],
  [
    'F-C8',
    'a bit of the signature',
    'csr_sig',
    'C22',
    derOf((good) => Buffer.from(good.map((octet, i) => (i === good.length - 9 ? octet ^ 4 : octet)))),
  ],
  [
    'F-C8',
    'no signature',
    'csr_sig',
    'C22',
    derOf((good) => der.seq(readCsr(good).info, RS256_CSR, der.bitString(new Uint8Array()))),
  ],
  [
    'F-C8',
    'signature of half an octet',
    'der',
    'C20 | no request',
    derOf((good) => der.seq(readCsr(good).info, RS256_CSR, der.bitString(Buffer.alloc(256), 4))),
  ],
  [
    'F-C9',
    'an exponent of one, forged',
    'weak_key',
    'C21 | C22(C21)',
    rebuild(
      (p) => der.seq(p.version, p.subject, exponentOne, der.context(0)),
      (info) => der.seq(info, RS256_CSR, der.bitString(forgeForExponentOne(info))),
    ),
  ],
  [
    'F-C10',
    'SHA-1',
    'csr_alg',
    'C21 | C22(C21)',
    csr({ algorithm: der.seq(der.oid(OID.sha1WithRSAEncryption), der.nul()), hash: 'sha1' }),
  ],
  [
    'F-C10',
    'MD5',
    'csr_alg',
    'C21 | C22(C21)',
    csr({ algorithm: der.seq(der.oid(OID.md5WithRSAEncryption), der.nul()), hash: 'md5' }),
  ],
  [
    'F-C10',
    'PSS',
    'csr_alg',
    'C21 | C22(C21)',
    rebuild(
      (p) => der.seq(p.version, p.subject, p.spki, der.context(0)),
      (info) =>
        der.seq(
          info,
          pss,
          der.bitString(sign('sha256', info, { key: phone.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING })),
        ),
    ),
  ],
  [
    'F-C10',
    'SHA-256 without NULL parameters',
    'csr_alg',
    'C21 | C22(C21)',
    csr({ algorithm: der.seq(der.oid(OID.sha256WithRSAEncryption)) }),
  ],
  [
    'F-C10',
    'SHA-256 with odd parameters',
    'csr_alg',
    'C21 | C22(C21)',
    csr({ algorithm: der.seq(der.oid(OID.sha256WithRSAEncryption), der.seq()) }),
  ],
  ['F-C10', 'ECDSA over an RSA key', 'csr_alg', 'C21 | C22(C21)', csr({ algorithm: der.seq(der.oid(OID['ecdsa-with-SHA256'])) })],
  ['F-C10', 'an algorithm nobody knows', 'csr_alg', 'C21 | C22(C21)', csr({ algorithm: der.seq(der.oid('1.2.3.4'), der.nul()) })],
  [
    'F-C11',
    'a request of 1024 bits',
    'weak_key',
    'C21 | C22(C21)',
    csr({ spki: spkiOf(rsaKey('small', 1024).publicKey), signer: rsaKey('small', 1024).privateKey }),
  ],
  [
    'F-C6',
    'another key of 4096 bits',
    'csr_key',
    'C21',
    csr({ spki: spkiOf(rsaKey('large', 4096).publicKey), signer: rsaKey('large', 4096).privateKey }),
  ],
  [
    'F-C6',
    'the modulus with a leading zero octet too many',
    'csr_key',
    'C21 | C22(C21)',
    csr({
      spki: der.seq(
        der.seq(der.oid(OID.rsaEncryption), der.nul()),
        der.bitString(
          Buffer.concat([
            Buffer.from('3082010b0282010200', 'hex'),
            Buffer.from([0]),
            Buffer.from(String(n), 'base64url'),
            Buffer.from('0203010001', 'hex'),
          ]),
        ),
      ),
    }),
  ],
  ['F-C6', 'odd parameters', 'csr_key', 'C21 | C22(C21)', csr({ spki: rsaSpki(der.seq(der.oid(OID.rsaEncryption), der.seq())) })],
  [
    'F-C6',
    'an algorithm nobody knows',
    'csr_key',
    'C21 | C22(C21)',
    csr({ spki: rsaSpki(der.seq(der.oid('1.2.3.4'), der.nul())) }),
  ],
  [
    'F-C6',
    'the attestation key',
    'csr_key',
    'C21',
    csr({ spki: spkiOf(attestation().publicKey), signer: attestation().privateKey }),
  ],
  [
    'F-C6',
    'an empty key',
    'csr_key',
    'C21 | C22(C21)',
    csr({ spki: der.seq(der.seq(der.oid(OID.rsaEncryption), der.nul()), der.bitString(new Uint8Array())) }),
  ],
  [
    'F-C7',
    'the throw-away key named, signed by the phone’s',
    'csr_key',
    'C21 C22',
    csr({ spki: spkiOf(rsaKey('dummy signer').publicKey) }),
  ],
  [
    'F-C7',
    'the throw-away request as it was sent',
    'csr_key',
    'C21',
    derOf(() => encodeCsr(SUBJECT, spkiOf(rsaKey('dummy signer').publicKey), rsaKey('dummy signer').privateKey)),
  ],
  ...[3, 60, 250].map(
    (back): Row => [
      'F-C8',
      `a bit of octet ${back} from the end of the signature`,
      'csr_sig',
      'C22',
      derOf((good) => Buffer.from(good.map((octet, i) => (i === good.length - back ? octet ^ 1 : octet)))),
    ],
  ),
  [
    'F-C8',
    'the signature cut short',
    'csr_sig',
    'C22',
    derOf((good) => der.seq(readCsr(good).info, RS256_CSR, der.bitString(Buffer.from(readCsr(good).signature).subarray(1)))),
  ],
  ['F-C8', 'zeros', 'csr_sig', 'C22', derOf((good) => der.seq(readCsr(good).info, RS256_CSR, der.bitString(Buffer.alloc(256))))],
  [
    'F-C8',
    'the signature of another request of the same key',
    'csr_sig',
    'C22',
    derOf((good) => der.seq(readCsr(good).info, RS256_CSR, der.bitString(sign('sha256', Buffer.from('x'), phone.privateKey)))),
  ],
  [
    'F-C10',
    'SHA-512 by its name, made with SHA-256',
    'csr_sig',
    'C22',
    csr({ algorithm: der.seq(der.oid(OID.sha512WithRSAEncryption), der.nul()) }),
  ],
  ['F-C10', 'SHA-256 by its name, made with SHA-512', 'csr_sig', 'C22', csr({ hash: 'sha512' })],
  ['F-C10', 'SHA-256 by its name, made with SHA-1', 'csr_sig', 'C22', csr({ hash: 'sha1' })],
  ['F-C10', 'PSS without parameters', 'csr_alg', 'C21 | C22(C21)', csr({ algorithm: der.seq(der.oid(OID['id-RSASSA-PSS'])) })],
  [
    'F-C10',
    'PSS with a salt of 2^31',
    'csr_alg',
    'C21 | C22(C21)',
    csr({ algorithm: der.seq(der.oid(OID['id-RSASSA-PSS']), der.seq(der.context(2, der.integer(2 ** 31)))) }),
  ],
  [
    'F-C10',
    'the algorithm of keys for that of signatures',
    'csr_alg',
    'C21 | C22(C21)',
    csr({ algorithm: der.seq(der.oid(OID.rsaEncryption), der.nul()) }),
  ],
  ['F-C10', 'Ed25519', 'csr_alg', 'C21 | C22(C21)', csr({ algorithm: der.seq(der.oid(OID['id-Ed25519'])) })],
  ...[512, 1536].map(
    (bits): Row => [
      'F-C11',
      `a request of ${bits} bits`,
      'weak_key',
      'C21 | C22(C21)',
      csr({ spki: spkiOf(rsaKey('small', bits).publicKey), signer: rsaKey('small', bits).privateKey }),
    ],
  ),
  ['F-C11', 'a request of 16 384 bits', 'weak_key', 'C21 | C22(C21)', csr({ spki: spkiOfModulus(Buffer.alloc(2048, 0xfd)) })],
  [
    'F-C11',
    'a request of 1024 bits for a key of 1024 bits',
    'weak_key',
    'C18 | C19(C18) C22(C18)',
    { key: () => rsaKey('small', 1024) },
  ],
  [
    'F-C9',
    'an exponent of three',
    'weak_key',
    'C21 | C22(C21)',
    csr({ spki: spkiOf(rsaKey('exponent three', 2048, 3).publicKey), signer: rsaKey('exponent three', 2048, 3).privateKey }),
  ],
  ['F-C9', 'a modulus with the ROCA fingerprint', 'weak_key', 'C21 | C22(C21)', csr({ spki: spkiOfModulus(rocaFingerprint()) })],
  ['F-C9', 'close factors', 'weak_key', 'C21 | C22(C21)', csr({ spki: spkiOfModulus(closeFactors()) })],
]

function spkiOfModulus(modulus: Uint8Array): Buffer<ArrayBuffer> {
  return der.seq(
    der.seq(der.oid(OID.rsaEncryption), der.nul()),
    der.bitString(der.seq(der.unsignedInteger(modulus), der.integer(65537))),
  )
}

export const csrKey = toCases(rows)
