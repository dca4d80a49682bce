'use client'
import { useRef, useState } from 'react'
import { fieldClass } from '#components/ui/input.tsx'
import { enroll } from '#lib/messages/enroll.ts'

const words = enroll.scan

/** For a camera that does not work: the code as text. */
export function CopyField({ value, hint }: { value: string; hint: string }) {
  const field = useRef<HTMLInputElement>(null)
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value)
      setCopied(true)
    } catch {
      // No clipboard (plain http, or not allowed): selected, so that one gesture copies it.
      field.current?.select()
    }
  }
  return (
    <div className="space-y-1.5">
      <p id="cannot-scan" className="text-base text-muted-foreground">
        {hint}
      </p>
      <div className="flex gap-2">
        <input
          ref={field}
          readOnly
          value={value}
          aria-label={words.cannotScan}
          aria-describedby="cannot-scan"
          spellCheck={false}
          autoComplete="off"
          onFocus={(event) => event.currentTarget.select()}
          className={`h-11 flex-1 truncate font-mono ${fieldClass}`}
        />
        <button
          type="button"
          onClick={copy}
          className="min-h-11 rounded-lg border bg-card px-4 font-medium text-base hover:bg-accent"
        >
          <span role="status">{copied ? words.copied : words.copy}</span>
        </button>
      </div>
    </div>
  )
}
