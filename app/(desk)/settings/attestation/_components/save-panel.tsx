'use client'
/** Saving a changed draft: its rehearsal, a note, and then the button. */
import { useRouter } from 'next/navigation'
import { type FormEvent, useId, useMemo, useState, useTransition } from 'react'
import { Rehearsal } from '#components/settings/rehearsal.tsx'
import { Alert } from '#components/ui/alert.tsx'
import { Button } from '#components/ui/button.tsx'
import { Card, CardContent, CardHeader, CardTitle } from '#components/ui/card.tsx'
import { Input } from '#components/ui/input.tsx'
import { Field } from '#components/ui/label.tsx'
import { SubmitButton } from '#components/ui/submit-button.tsx'
import type { PolicyDraft } from '#lib/core/enrollment/attestation-policy.ts'
import { attestationMessages } from '#lib/messages/attestation.ts'
import { common } from '#lib/messages/common.ts'
import { rehearseAction } from '../../rehearsals/actions.ts'
import { savePolicyAction } from '../actions.ts'

const words = attestationMessages.save

export function SavePanel({ draft, basedOn, onDiscard }: { draft: PolicyDraft; basedOn: number; onDiscard: () => void }) {
  const id = useId()
  const router = useRouter()
  const [rehearsalId, setRehearsalId] = useState<string | null>(null)
  const [problem, setProblem] = useState<{ note?: string; whole?: string }>({})
  const [pending, startTransition] = useTransition()
  const moments = useMemo(() => futureMoments(draft), [draft])

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (pending) return
    const note = String(new FormData(event.currentTarget).get('note') ?? '').trim()
    if (rehearsalId === null) return setProblem({ whole: words.needRehearsal })
    if (note === '') return setProblem({ note: attestationMessages.errors.note })
    startTransition(async () => {
      setProblem({})
      const saved = await savePolicyAction({ basedOn, draft, note, rehearsalId }).catch(() => ({
        ok: false as const,
        message: common.noConnection,
        fields: {} as Record<string, string>,
      }))
      if (!saved.ok) return setProblem(saved.fields.note ? { note: saved.fields.note } : { whole: saved.message })
      // The editor starts again from the new version (its key is the number).
      router.refresh()
    })
  }
  return (
    <Card className="border-info/40">
      <CardHeader
        actions={
          <Button size="sm" variant="outline" onClick={onDiscard} disabled={pending}>
            {words.discard}
          </Button>
        }
      >
        <CardTitle>{words.title}</CardTitle>
      </CardHeader>
      <CardContent className="space-y-4">
        <Rehearsal
          change={{ change: 'policy', draft, basedOn }}
          moments={moments}
          start={rehearseAction}
          onOutcome={setRehearsalId}
        />
        <form onSubmit={submit} noValidate className="space-y-3 border-t pt-4">
          {problem.whole && (
            <Alert tone="destructive" title={words.failed} live>
              {problem.whole}
            </Alert>
          )}
          <Field id={id} label={words.note} hint={words.noteHint} error={problem.note}>
            <Input
              id={id}
              name="note"
              maxLength={500}
              aria-required
              aria-invalid={problem.note ? true : undefined}
              aria-describedby={`${id}-note`}
            />
          </Field>
          <div className="flex flex-wrap items-center gap-3">
            <SubmitButton pending={pending} disabled={rehearsalId === null}>
              {words.button}
            </SubmitButton>
            {rehearsalId === null && <span className="text-muted-foreground text-sm">{words.needRehearsal}</span>}
          </div>
        </form>
      </CardContent>
    </Card>
  )
}

/** When the validity of a key begins or ends, from now on. */
function futureMoments({ keySets }: PolicyDraft): string[] {
  const now = new Date().toISOString()
  const all = Object.values(keySets).flatMap((keys) => keys.flatMap(({ validFrom, validUntil }) => [validFrom, validUntil]))
  return [...new Set(all.filter((moment): moment is string => moment !== null && moment > now))].sort()
}
