'use client'
/** The last test of a connection, the button for another, and the one that runs now, step by step. */
import { useRouter } from 'next/navigation'
import { useEffect, useRef, useState, useTransition } from 'react'
import { useReady } from '#components/enrollment/use-ready.ts'
import { Alert } from '#components/ui/alert.tsx'
import { Badge } from '#components/ui/badge.tsx'
import { Button } from '#components/ui/button.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { SubmitButton } from '#components/ui/submit-button.tsx'
import type { ConnectionTestView } from '#lib/core/views.ts'
import { usePolled } from '#lib/live/use-polled.ts'
import { common } from '#lib/messages/common.ts'
import { connections } from '#lib/messages/connections.ts'
import { testConnectionAction } from '../actions.ts'
import { TestSteps } from './test-steps.tsx'

const words = connections.run

const TONES = { passed: 'success', warned: 'warning', failed: 'destructive' } as const
const ICONS = { passed: 'circle-check', warned: 'triangle-alert', failed: 'circle-x' } as const
const EVERY_MS = 700
const STUCK_MS = 8_000

export function ConnectionTest({
  connection,
  title,
  last,
  mayTest,
}: {
  connection: string
  title: string
  last: ConnectionTestView | null
  mayTest: boolean
}) {
  const router = useRouter()
  const ready = useReady()
  const [startedId, setStartedId] = useState(last && last.finishedAt === null ? last.id : null)
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, startTransition] = useTransition()
  const { data, failed: isError } = usePolled<ConnectionTestView>(
    startedId === null ? null : `/api/desk/connections/tests/${startedId}`,
    null,
    (seen) => (seen?.finishedAt ? null : EVERY_MS),
  )
  const test = startedId === null ? last : (data ?? null)
  const running = startedId !== null && !data?.finishedAt && !isError
  const told = useRef<string | null>(null)

  // The cards around it show what the test changed.
  useEffect(() => {
    if (!data?.finishedAt || told.current === data.id) return
    told.current = data.id
    router.refresh()
  }, [data, router])

  const run = (acceptSha256?: string) =>
    startTransition(async () => {
      setProblem(null)
      const result = await testConnectionAction({ connection, ...(acceptSha256 ? { acceptSha256 } : {}) }).catch(() => null)
      if (result?.ok) setStartedId(result.value.testId)
      else setProblem(result?.message ?? common.noConnection)
    })

  const acceptable = test?.finishedAt ? test.steps.find((step) => step.acceptable)?.acceptable : undefined
  return (
    <div className="space-y-3 border-t pt-4">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        {mayTest && (
          <SubmitButton
            type="button"
            variant="outline"
            pending={busy || running}
            disabled={!ready}
            onClick={() => run()}
            aria-label={`${running ? words.testing : words.test}: ${title}`}
          >
            {running ? words.testing : words.test}
          </SubmitButton>
        )}
        {test && (
          <p className="flex flex-wrap items-center gap-2 text-muted-foreground text-sm">
            {test.outcome && (
              <Badge tone={TONES[test.outcome]} icon={ICONS[test.outcome]}>
                {words.outcomes[test.outcome]}
              </Badge>
            )}
            <span>
              {words.by(test.requestedBy)} · <RelativeTime at={test.requestedAt} />
            </span>
          </p>
        )}
      </div>
      {(problem || isError) && (
        <Alert
          tone="destructive"
          live
          actions={
            <Button size="sm" variant="outline" onClick={() => setProblem(null)}>
              {common.close}
            </Button>
          }
        >
          {problem ?? words.lost}
        </Alert>
      )}
      <div aria-live="polite">{test && test.steps.length > 0 && <TestSteps steps={test.steps} />}</div>
      {running && connection === 'hermod' && <p className="text-muted-foreground text-sm">{words.hermodNote}</p>}
      {running && data && data.steps.length === 0 && connection !== 'hermod' && <Stuck since={data.requestedAt} />}
      {mayTest && acceptable && (
        <SubmitButton type="button" pending={busy} disabled={!ready} onClick={() => run(acceptable)}>
          {words.accept}
        </SubmitButton>
      )}
      {test?.certificate && (
        <CopyButton value={pemOf(test.certificate)} what={words.testCertificate} variant="outline">
          {words.testCertificate}
        </CopyButton>
      )}
    </div>
  )
}

/** The database's clock and the browser's need not agree: what is measured is how long this page has waited. */
function Stuck({ since }: { since: string }) {
  const [shown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), since ? STUCK_MS : 0)
    return () => clearTimeout(timer)
  }, [since])
  return shown ? <p className="text-sm text-warning">{words.stuck}</p> : null
}

const pemOf = (base64: string): string =>
  `-----BEGIN CERTIFICATE-----\n${base64.replace(/\s/g, '').replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`
