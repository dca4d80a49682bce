import { phone as text } from '#lib/messages/phone.ts'
import { readCertificate } from '#lib/simulator/phone/certificate.ts'

/** @param keyid where there are several */
export function CertificateDetails({ der, keyid }: { der: Uint8Array; keyid: string | null }) {
  const { subject, issuer, notBefore, notAfter, serialNumber } = readCertificate(der)
  const rows = [
    ...(keyid === null ? [] : [[text.certificate.keyid, keyid] as const]),
    [text.certificate.subject, subject],
    [text.certificate.issuer, issuer],
    [text.certificate.validity, text.certificate.range(notBefore, notAfter)],
    [text.certificate.serialNumber, serialNumber],
  ] as const
  return (
    <dl className="divide-y rounded-xl border bg-card shadow-card">
      {rows.map(([label, value]) => (
        <div key={label} className="px-3.5 py-2">
          <dt className="text-muted-foreground text-sm">{label}</dt>
          <dd className="foreign text-base">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
