'use client'
/**
 * The one search box. Ctrl+K (or ⌘K) puts the cursor into it from anywhere; what is found hangs below. The list of results is loaded
 * when somebody first types: pages that nobody searches from do not pay for it. Without scripts, Enter searches the users.
 */
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { Icon } from '#components/ui/icon.tsx'
import { fieldClass } from '#components/ui/input.tsx'
import { shell } from '#lib/messages/shell.ts'

const SearchResults = lazy(() => import('./search-results.tsx'))

const LIST_ID = 'search-results'

export function SearchBox() {
  const input = useRef<HTMLInputElement>(null)
  const [text, setText] = useState('')
  const [open, setOpen] = useState(false)
  const [active, setActive] = useState<string>()

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return
      event.preventDefault()
      input.current?.focus()
      input.current?.select()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])

  const q = text.trim()
  const shown = open && q !== ''
  return (
    <search
      className="relative w-full max-w-md"
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false)
      }}
    >
      <form action="/users" autoComplete="off">
        <Icon name="search" className="pointer-events-none absolute top-2 left-2.5 text-muted-foreground" />
        <input
          ref={input}
          type="text"
          name="q"
          role="combobox"
          aria-label={shell.search.label}
          aria-expanded={shown}
          aria-controls={shown ? LIST_ID : undefined}
          aria-activedescendant={shown ? active : undefined}
          aria-autocomplete="list"
          placeholder={shell.search.placeholder}
          maxLength={200}
          spellCheck={false}
          value={text}
          onFocus={() => setOpen(true)}
          onChange={(event) => {
            setText(event.target.value)
            setOpen(true)
          }}
          className={`h-8 text-ellipsis ps-8 pe-3 sm:pe-14 ${fieldClass}`}
        />
        {!text && (
          <kbd className="pointer-events-none absolute top-1.5 right-2 rounded-sm border bg-muted px-1.5 font-sans text-muted-foreground text-xs leading-4.5 max-sm:hidden">
            {shell.search.shortcut}
          </kbd>
        )}
      </form>
      {shown && (
        <Suspense fallback={null}>
          <SearchResults
            id={LIST_ID}
            q={q}
            input={input}
            onActive={setActive}
            onDone={() => {
              setOpen(false)
              setText('')
              input.current?.blur()
            }}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      )}
    </search>
  )
}
