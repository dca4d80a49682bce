import { cn } from './cn.ts'
import { CopyButton } from './copy-button.tsx'

/** An id, number or fingerprint with its copy button. Breaks anywhere rather than pushing the page wide. */
export function Copyable({
  value,
  what,
  className,
  mono = true,
}: {
  value: string
  what: string
  className?: string
  mono?: boolean
}) {
  return (
    <span className={cn('inline-flex min-w-0 max-w-full items-center gap-0.5', className)}>
      <span className={cn('foreign', mono && 'font-mono text-sm')}>{value}</span>
      <CopyButton value={value} what={what} />
    </span>
  )
}
