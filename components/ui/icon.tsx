/** A decorative icon; the word beside it says what it means. Where there is no word, the button around it carries an aria-label. */
import { cn } from './cn.ts'
import type { IconName } from './icon-names.ts'

export type { IconName }

export function Icon({ name, className }: { name: IconName; className?: string }) {
  return <span aria-hidden="true" className={cn('icon', `icon-${name}`, className)} />
}
