import { buttonVariants } from '#components/ui/button.tsx'
import { Icon } from '#components/ui/icon.tsx'
import type { CertificateView } from '#lib/core/views.ts'
import { certificates } from '#lib/messages/certificates.ts'

const words = certificates.detail

export function Downloads({ certificate: c }: { certificate: CertificateView }) {
  if (!c.pem) return null
  const formats = [
    ['pem', words.downloadPem],
    ['der', words.downloadDer],
    ['chain', words.downloadChain],
  ] as const
  return (
    <fieldset className="flex">
      <legend className="sr-only">{words.download}</legend>
      {formats.map(([format, title]) => (
        <a
          key={format}
          href={`/certificates/${c.id}/download?format=${format}`}
          download
          aria-label={`${words.download} ${title}`}
          className={buttonVariants({
            variant: 'outline',
            className: '-ms-px rounded-none first-of-type:rounded-s-md last-of-type:rounded-e-md',
          })}
        >
          {format === 'pem' && <Icon name="download" className="size-3.5" />}
          {title}
        </a>
      ))}
    </fieldset>
  )
}
