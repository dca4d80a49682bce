'use client'
/** Copies a text. Also where the clipboard API is missing, because the portal is reached by plain http in a laboratory. */
import { useEffect, useState } from 'react'
import { common } from '#lib/messages/common.ts'
import { Button } from './button.tsx'
import { cn } from './cn.ts'
import { Icon } from './icon.tsx'

const SHOWN_MS = 1_600

async function copy(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const area = document.createElement('textarea')
  area.value = text
  area.setAttribute('readonly', '')
  area.style.position = 'fixed'
  area.style.opacity = '0'
  document.body.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}

/** `what` names the thing for screen readers and on hover ("serial number"); with children it is a button with words. */
export function CopyButton({
  value,
  what,
  className,
  children,
  variant = 'outline',
}: {
  value: string
  what: string
  className?: string
  children?: React.ReactNode
  variant?: 'outline' | 'secondary' | 'ghost'
}) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [copied])
  const onClick = () =>
    copy(value).then(
      () => setCopied(true),
      () => setCopied(false),
    )
  const icon = <Icon name={copied ? 'check' : 'copy'} className={cn('size-3.5', copied && 'text-success')} />
  const said = (
    <span role="status" className="sr-only">
      {copied ? common.copied : ''}
    </span>
  )
  if (children)
    return (
      <Button variant={variant} className={className} onClick={onClick}>
        {icon}
        {copied ? common.copied : children}
        {said}
      </Button>
    )
  return (
    <>
      <button
        type="button"
        onClick={onClick}
        aria-label={common.copyWhat(what)}
        title={copied ? common.copied : common.copyWhat(what)}
        className={cn(
          'inline-flex size-6 shrink-0 items-center justify-center rounded-sm align-middle text-muted-foreground hover:bg-accent hover:text-foreground',
          className,
        )}
      >
        {icon}
      </button>
      {said}
    </>
  )
}
