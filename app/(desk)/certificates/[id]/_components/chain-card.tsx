import { Card, CardContent, CardHeader, CardTitle } from '#components/ui/card.tsx'
import { Copyable } from '#components/ui/copyable.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { AbsoluteTime } from '#components/ui/relative-time.tsx'
import type { CertificateView } from '#lib/core/views.ts'
import { certificates } from '#lib/messages/certificates.ts'
import { type CertificateDescription, describeCertificate } from '../describe-certificate.ts'

const words = certificates.detail

/** Who vouches for whom, the root on top. */
export function ChainCard({
  certificate: c,
  description,
}: {
  certificate: CertificateView
  description: CertificateDescription | null
}) {
  const above = c.chainPem.flatMap((pem) => describeCertificate(pem) ?? [])
  const leaf = { subject: c.user.name, notAfter: c.notAfter, sha256: description?.sha256 ?? null }
  const chain = [leaf, ...above].reverse()
  return (
    <Card>
      <CardHeader>
        <CardTitle>{words.chain}</CardTitle>
      </CardHeader>
      <CardContent>
        <ol>
          {chain.map((link, index) => {
            const last = index === chain.length - 1
            return (
              <li key={link.sha256 ?? 'leaf'} className="relative flex gap-3 pb-5 last:pb-0">
                {!last && <span aria-hidden="true" className="absolute start-3.25 top-7 bottom-0 w-px bg-border" />}
                <span className="flex size-6.5 shrink-0 items-center justify-center rounded-full border bg-muted text-muted-foreground">
                  <Icon name={last ? 'id-card' : 'shield-check'} className="size-3.5" />
                </span>
                <div className="min-w-0">
                  <p className="text-muted-foreground text-xs">
                    {last ? words.leaf : index === 0 && chain.length > 2 ? words.root : words.intermediate}
                  </p>
                  <p className="foreign font-medium">{link.subject}</p>
                  <p className="text-muted-foreground text-sm">
                    {words.until} <AbsoluteTime at={link.notAfter} />
                  </p>
                  {link.sha256 && !last && (
                    <details className="mt-0.5 text-xs">
                      <summary className="w-fit rounded-sm text-muted-foreground hover:text-foreground">{words.sha256}</summary>
                      <Copyable
                        value={link.sha256}
                        what={words.sha256}
                        className="text-muted-foreground [&_.font-mono]:text-xs"
                      />
                    </details>
                  )}
                </div>
              </li>
            )
          })}
        </ol>
      </CardContent>
    </Card>
  )
}
