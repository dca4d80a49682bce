'use client'
/** Asks for the evidence bundle, waits while the worker makes it, and lets the browser store it. What went wrong stays until it is closed. */
import { useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { bundleMessages as words } from '#lib/messages/bundle.ts'
import { bundleAction } from '../../actions.ts'

const POLL_MS = 500
const PATIENCE_MS = 30_000

export function BundleButton({ id, onProblem }: { id: string; onProblem: (text: string | null) => void }) {
  const [making, setMaking] = useState(false)
  const path = `/enrollments/${id}/bundle`
  const fetchBundle = async () => {
    setMaking(true)
    onProblem(null)
    const problem = await askAndWait(id, path).catch(() => words.failed)
    setMaking(false)
    if (problem === null) storeFile(path)
    else onProblem(problem)
  }
  return (
    <Button variant="outline" aria-disabled={making} onClick={() => !making && fetchBundle()}>
      <Icon name={making ? 'loader-circle' : 'download'} className={making ? 'size-3.5 animate-spin' : 'size-3.5'} />
      {making ? words.making : words.button}
    </Button>
  )
}

/** As a click on a link would: the page stays. The answer names the file. */
function storeFile(path: string): void {
  const link = document.createElement('a')
  link.href = path
  link.download = ''
  link.click()
}

/** Null when it can be taken, else a sentence. */
async function askAndWait(id: string, path: string): Promise<string | null> {
  const asked = await bundleAction({ id })
  if (!asked.ok) return asked.message
  if (asked.value) return null
  const until = performance.now() + PATIENCE_MS
  while (performance.now() < until) {
    await new Promise((next) => setTimeout(next, POLL_MS))
    const response = await fetch(`${path}?standing=1`, { cache: 'no-store' })
    if (!response.ok) return words.failed
    if (((await response.json()) as { made: boolean }).made) return null
  }
  return words.slow
}
