import Link from 'next/link'
import { common } from '#lib/messages/common.ts'

/** The product's sign: a certificate's seal on a phone, as drawn in public/favicon.svg. */
export function Brand() {
  return (
    <Link href="/" prefetch={false} className="inline-flex items-center gap-2 rounded-md font-semibold tracking-tight">
      <svg aria-hidden="true" viewBox="0 0 24 24" className="size-6 shrink-0">
        <rect width="24" height="24" rx="6" className="fill-primary" />
        <path
          d="M9 5.5h6a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1H9a1 1 0 0 1-1-1v-11a1 1 0 0 1 1-1Z"
          className="fill-none stroke-primary-foreground"
          strokeWidth="1.6"
        />
        <path
          d="m10.2 12.1 1.3 1.3 2.4-2.7"
          className="fill-none stroke-primary-foreground"
          strokeWidth="1.6"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
      {common.product}
    </Link>
  )
}
