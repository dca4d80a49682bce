import type { ReactNode } from 'react'
import { Skeleton } from '#components/ui/skeleton.tsx'

/** In place of the code while there is none: same size, so that nothing jumps. */
export function QrPlaceholder({ icon, children }: { icon?: ReactNode; children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-start gap-x-8 gap-y-5">
      <div className="relative mx-auto aspect-square w-full max-w-[344px] sm:mx-0">
        {icon ? (
          <div className="flex size-full items-center justify-center rounded-lg border border-dashed bg-muted/50 text-muted-foreground">
            {icon}
          </div>
        ) : (
          <Skeleton className="size-full rounded-lg" />
        )}
      </div>
      <div className="min-w-0 flex-1 basis-64 space-y-3">{children}</div>
    </div>
  )
}
