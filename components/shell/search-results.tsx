'use client'
/**
 * What the search box found: a listbox steered from the field (arrows, Enter, Escape), with the rows also clickable as links. An answer
 * that comes after a later question is thrown away.
 */
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { type RefObject, useEffect, useState } from 'react'
import { cn } from '#components/ui/cn.ts'
import { Icon, type IconName } from '#components/ui/icon.tsx'
import { EnrollmentStateBadge } from '#components/ui/status-badge.tsx'
import type { EnrollmentState } from '#lib/core/enrollment/state.ts'
import { shell } from '#lib/messages/shell.ts'

type Kind = keyof typeof shell.search.kinds

interface Hit {
  kind: Kind
  id: string
  title: string
  subtitle: string
  href: string
  state?: EnrollmentState
}

const ICONS: Record<Kind, IconName> = { user: 'user', phone: 'smartphone', certificate: 'badge-check', enrollment: 'qr-code' }
const PAUSE_MS = 120
const optionId = (hit: Hit) => `search-${hit.kind}-${hit.id}`

type Answer = { q: string; hits: Hit[] } | { q: string; problem: string }

async function ask(q: string, signal: AbortSignal): Promise<Answer> {
  const response = await fetch(`/api/desk/search?q=${encodeURIComponent(q)}`, { signal })
  if (response.status === 401) return { q, problem: shell.search.signedOut }
  if (!response.ok) return { q, problem: shell.search.failed }
  const { items } = (await response.json()) as { items: Hit[] }
  return { q, hits: items }
}

export default function SearchResults({
  id,
  q,
  input,
  onActive,
  onDone,
  onClose,
}: {
  /** Of the listbox, for the field's aria-controls. */
  id: string
  q: string
  input: RefObject<HTMLInputElement | null>
  onActive: (id: string | undefined) => void
  onDone: () => void
  onClose: () => void
}) {
  const router = useRouter()
  const [answer, setAnswer] = useState<Answer>()
  const [index, setIndex] = useState(0)

  useEffect(() => {
    const controller = new AbortController()
    const timer = setTimeout(() => {
      ask(q, controller.signal)
        .catch((): Answer => ({ q, problem: shell.search.failed }))
        .then((next) => {
          if (controller.signal.aborted) return
          setAnswer(next)
          setIndex(0)
        })
    }, PAUSE_MS)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [q])

  const hits = answer && 'hits' in answer ? answer.hits : []
  const current = hits[index]
  const currentId = current && optionId(current)
  useEffect(() => {
    onActive(currentId)
    if (currentId) document.getElementById(currentId)?.scrollIntoView({ block: 'nearest' })
    return () => onActive(undefined)
  }, [currentId, onActive])

  useEffect(() => {
    const field = input.current
    const onKey = (event: KeyboardEvent) => {
      if (event.isComposing) return
      if (event.key === 'Escape') {
        event.preventDefault()
        onClose()
      } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault()
        if (hits.length > 0) setIndex((index + (event.key === 'ArrowDown' ? 1 : hits.length - 1)) % hits.length)
      } else if (event.key === 'Enter') {
        event.preventDefault()
        // Only what was found for what stands in the field: typing fast must not open somebody else.
        if (!current || answer?.q !== q) return
        router.push(current.href)
        onDone()
      }
    }
    field?.addEventListener('keydown', onKey)
    return () => field?.removeEventListener('keydown', onKey)
  }, [input, hits, index, current, answer, q, router, onClose, onDone])

  if (!answer) return null
  return (
    <div className="absolute inset-x-0 top-full z-40 mt-1.5 overflow-hidden rounded-lg border bg-popover shadow-popover max-sm:fixed max-sm:inset-x-3 max-sm:top-13 max-sm:mt-0">
      <p role="status" className="sr-only">
        {'hits' in answer ? shell.search.found(hits.length) : answer.problem}
      </p>
      <div id={id} role="listbox" aria-label={shell.search.results} className="max-h-[min(28rem,70dvh)] overflow-y-auto p-1">
        {hits.map((hit, n) => (
          <Link
            key={optionId(hit)}
            id={optionId(hit)}
            href={hit.href}
            prefetch={false}
            role="option"
            aria-selected={n === index}
            tabIndex={-1}
            onClick={onDone}
            onMouseMove={() => setIndex(n)}
            className={cn('flex items-center gap-2.5 rounded-md px-2.5 py-1.5', n === index && 'bg-accent')}
          >
            <Icon name={ICONS[hit.kind]} className="text-muted-foreground" />
            <span className="min-w-0 flex-1">
              <span className={cn('foreign-line block text-base', hit.kind === 'certificate' && 'font-mono text-sm')}>
                {hit.title}
              </span>
              <span className="foreign-line block text-muted-foreground text-xs">{hit.subtitle}</span>
            </span>
            {hit.state ? (
              <EnrollmentStateBadge state={hit.state} />
            ) : (
              <span className="text-muted-foreground text-xs">{shell.search.kinds[hit.kind]}</span>
            )}
          </Link>
        ))}
      </div>
      {hits.length === 0 && (
        <div className="px-3.5 pt-1 pb-3.5">
          <p className="foreign">{'problem' in answer ? answer.problem : shell.search.none(answer.q)}</p>
          {!('problem' in answer) && <p className="mt-0.5 text-muted-foreground text-sm">{shell.search.noneHint}</p>}
        </div>
      )}
    </div>
  )
}
