/**
 * A certificate's inside, for eyes. Decisions about certificates are lib/core's; this only shows, so what cannot be read is left out
 * rather than failing the page.
 */
import { X509Certificate } from 'node:crypto'
import {
  type Certificate,
  parseCertificate,
  readExtendedKeyUsage,
  readKeyUsage,
  readSubjectAltName,
} from '#lib/core/x509/certificate.ts'
import { certificates } from '#lib/messages/certificates.ts'

const words = certificates.detail

export interface CertificateDescription {
  subject: string
  notAfter: string
  sha256: string
  publicKey: string
  extensions: { name: string; value: string }[]
}

export function describeCertificate(pem: string): CertificateDescription | null {
  try {
    const x509 = new X509Certificate(pem)
    return {
      subject: commonName(x509.subject),
      notAfter: x509.validToDate.toISOString(),
      sha256: x509.fingerprint256.replaceAll(':', '').toLowerCase(),
      publicKey: keyInWords(x509),
      extensions: extensionsOf(x509),
    }
  } catch {
    return null
  }
}

/** Node writes a name one attribute a line, most general first. */
const commonName = (name: string): string => /^CN=(.+)$/m.exec(name)?.[1] ?? name.split('\n').reverse().join(', ')

function keyInWords(x509: X509Certificate): string {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = x509.publicKey
  if (type === 'rsa') return `RSA ${details?.modulusLength ?? ''}`.trim()
  if (type === 'ec') return `EC ${details?.namedCurve ?? ''}`.trim()
  return type ?? ''
}

function extensionsOf(x509: X509Certificate): CertificateDescription['extensions'] {
  const certificate = parseCertificate(x509.raw)
  const found: [string, string | undefined][] = [
    [words.keyUsage, list(certificate, readKeyUsage, words.keyUsages)],
    [words.extendedKeyUsage, list(certificate, readExtendedKeyUsage, words.extendedKeyUsages)],
    [words.email, quietly(() => readSubjectAltName(certificate)?.emails.join(', '))],
    [words.aia, /CA Issuers - URI:(\S+)/.exec(x509.infoAccess ?? '')?.[1]],
  ]
  return found.flatMap(([name, value]) => (value ? [{ name, value }] : []))
}

const list = (c: Certificate, read: (c: Certificate) => readonly string[] | null, names: Readonly<Record<string, string>>) =>
  quietly(() =>
    read(c)
      ?.map((each) => names[each] ?? each)
      .join(', '),
  )

function quietly<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
