'use client'
import { useId } from 'react'
import { fieldClass } from '#components/ui/input.tsx'

/** A secret link, to be read or copied, never edited. Selects itself, so that it can also be copied by hand. */
export function OfferField({ label, value, showLabel = true }: { label: string; value: string; showLabel?: boolean }) {
  const id = useId()
  return (
    <div className="w-full min-w-0 space-y-1">
      <label htmlFor={id} className={showLabel ? 'block text-muted-foreground text-sm' : 'sr-only'}>
        {label}
      </label>
      <input
        id={id}
        readOnly
        value={value}
        spellCheck={false}
        autoComplete="off"
        onFocus={(event) => event.currentTarget.select()}
        className={`h-8 truncate font-mono ${fieldClass}`}
      />
    </div>
  )
}
