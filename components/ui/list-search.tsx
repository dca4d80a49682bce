'use client'
/**
 * Search as you type, on the server: what is typed goes into the address (?q=), and the page comes back with its list while the field
 * keeps the focus. Works without scripts too: it is a form.
 */
import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import { useEffect, useRef, useState, useTransition } from 'react'
import { common } from '#lib/messages/common.ts'
import { Icon } from './icon.tsx'
import { fieldClass } from './input.tsx'

const PAUSE_MS = 160
const LONGEST = 200

export function ListSearch({ label, placeholder }: { label: string; placeholder: string }) {
  const router = useRouter()
  const path = usePathname()
  const params = useSearchParams()
  const inUrl = params.get('q') ?? ''
  const [text, setText] = useState(inUrl)
  const [pending, startTransition] = useTransition()
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  /** What we put into the address last: a change to anything else came from a link or the back button, and the field follows it. */
  const sent = useRef(inUrl)

  useEffect(() => {
    if (inUrl === sent.current) return
    sent.current = inUrl
    setText(inUrl)
  }, [inUrl])
  useEffect(() => {
    // Who follows a link has found it: a search that is still to come would bring them back to the list.
    const forget = (event: MouseEvent) => {
      const opensHere = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey
      if (opensHere && event.target instanceof Element && event.target.closest('a[href]')) clearTimeout(timer.current)
    }
    document.addEventListener('click', forget)
    return () => {
      document.removeEventListener('click', forget)
      clearTimeout(timer.current)
    }
  }, [])

  const search = (value: string) => {
    clearTimeout(timer.current)
    const q = value.trim()
    if (q === sent.current) return
    sent.current = q
    const next = new URLSearchParams(params)
    next.delete('page')
    if (q) next.set('q', q)
    else next.delete('q')
    startTransition(() => router.replace(`${path}${next.size ? `?${next}` : ''}`, { scroll: false }))
  }

  return (
    <search className="relative w-full sm:w-80">
      <form
        action={path}
        onSubmit={(event) => {
          event.preventDefault()
          search(text)
        }}
      >
        <Icon
          name={pending ? 'loader-circle' : 'search'}
          className={`pointer-events-none absolute top-2 left-2.5 text-muted-foreground ${pending ? 'animate-spin' : ''}`}
        />
        <input
          type="search"
          name="q"
          aria-label={label}
          placeholder={placeholder}
          value={text}
          maxLength={LONGEST}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => {
            const { value } = event.target
            setText(value)
            clearTimeout(timer.current)
            timer.current = setTimeout(() => search(value), PAUSE_MS)
          }}
          className={`h-8 ps-8 pe-8 [&::-webkit-search-cancel-button]:hidden ${fieldClass}`}
        />
        {text && (
          <button
            type="button"
            aria-label={common.clearSearch}
            onClick={(event) => {
              setText('')
              search('')
              event.currentTarget.parentElement?.querySelector('input')?.focus()
            }}
            className="absolute top-1 right-1 inline-flex size-6 items-center justify-center rounded-sm text-muted-foreground hover:bg-accent hover:text-foreground"
          >
            <Icon name="x" className="size-3.5" />
          </button>
        )}
      </form>
    </search>
  )
}
