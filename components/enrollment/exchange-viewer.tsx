'use client'
/** Every message with Hermod, decoded or raw. Loaded when somebody opens the tab: few do, and it brings its own decoder. */
import { useState } from 'react'
import { Badge } from '#components/ui/badge.tsx'
import { cn } from '#components/ui/cn.ts'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { AbsoluteTime } from '#components/ui/relative-time.tsx'
import type { ExchangeMessage } from '#lib/core/views.ts'
import { evidence } from '#lib/messages/evidence.ts'
import { type DecodedJws, decodeMessage, prettyJson } from './decode-message.ts'

const words = evidence.exchange

export function ExchangeViewer({ messages }: { messages: readonly ExchangeMessage[] }) {
  const [raw, setRaw] = useState(false)
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="flex items-center gap-1.5 text-muted-foreground text-sm">
          <Icon name="lock" className="size-3.5" />
          {words.secrets}
        </p>
        <fieldset className="flex rounded-md border bg-card p-0.5 shadow-card">
          <legend className="sr-only">{words.view}</legend>
          {[false, true].map((option) => (
            <button
              key={String(option)}
              type="button"
              aria-pressed={raw === option}
              onClick={() => setRaw(option)}
              className={cn(
                'h-6.5 rounded-sm px-2.5 font-medium text-sm',
                raw === option ? 'bg-accent text-foreground' : 'text-muted-foreground hover:text-foreground',
              )}
            >
              {option ? words.raw : words.decoded}
            </button>
          ))}
        </fieldset>
      </div>
      <ol className="space-y-3">
        {messages.map((message) => (
          <li key={message.id}>
            <Message message={message} raw={raw} />
          </li>
        ))}
      </ol>
    </div>
  )
}

function Message({ message, raw }: { message: ExchangeMessage; raw: boolean }) {
  const out = message.direction === 'to_hermod'
  const decoded = raw ? null : decodeMessage(message.body)
  return (
    <article className="rounded-md border">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b bg-muted/50 px-3 py-1.5 text-sm">
        <Icon name={out ? 'arrow-up' : 'arrow-down'} className={out ? 'text-info' : 'text-success'} />
        <h3 className="font-medium">
          {message.title.charAt(0).toUpperCase() + message.title.slice(1)}
          <span className="ml-2 font-normal text-muted-foreground">{out ? words.toHermod : words.fromHermod}</span>
        </h3>
        {message.status && <Badge tone="outline">{message.status}</Badge>}
        <span className="ml-auto flex items-center gap-1 text-muted-foreground text-xs">
          <AbsoluteTime at={message.at} full />
          <CopyButton value={message.body} what={words.copy} />
        </span>
      </header>
      {message.note && <p className="foreign border-b px-3 py-1.5 text-muted-foreground text-sm">{message.note}</p>}
      {decoded?.pretty == null ? (
        <>
          {!raw && message.body && <p className="px-3 pt-2 text-muted-foreground text-sm">{words.notJson}</p>}
          <Code label={message.title}>{message.body || words.empty}</Code>
        </>
      ) : (
        <>
          <Code label={message.title}>{decoded.pretty}</Code>
          {decoded.signed.map((part) => (
            <SignedPart key={part.path} part={part} />
          ))}
        </>
      )}
    </article>
  )
}

function SignedPart({ part }: { part: DecodedJws }) {
  return (
    <section className="m-3 mt-0 rounded-md border border-info/30">
      <h4 className="foreign border-b bg-info-soft px-3 py-1 font-medium text-sm">{words.nestedAt(part.path)}</h4>
      <p className="px-3 pt-2 font-medium text-muted-foreground text-xs">{words.header}</p>
      <Code label={words.header}>{prettyJson(part.header)}</Code>
      <p className="px-3 font-medium text-muted-foreground text-xs">{words.payload}</p>
      <Code label={words.payload}>{prettyJson(part.payload)}</Code>
      {part.nested.map((inner) => (
        <SignedPart key={inner.path} part={inner} />
      ))}
      <p className="px-3 pb-2 text-muted-foreground text-xs">{words.signature(part.signatureLength)}</p>
    </section>
  )
}

/** Foreign text: left to right and isolated, so that a name cannot turn the line around. Scrolls, so it takes the focus. */
function Code({ label, children }: { label: string; children: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be focusable (axe: scrollable-region-focusable)
    <section aria-label={label} tabIndex={0} className="max-h-96 overflow-auto px-3 py-2 focus-visible:outline-offset-[-2px]">
      <pre dir="ltr" className="foreign whitespace-pre-wrap break-all font-mono text-xs leading-relaxed">
        {children}
      </pre>
    </section>
  )
}
