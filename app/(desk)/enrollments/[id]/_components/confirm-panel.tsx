'use client'
/** A good answer that somebody has to say yes or no to. The phone and what it asked for stand below. */
import { type FormEvent, useId, useRef, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { Textarea } from '#components/ui/input.tsx'
import { Field } from '#components/ui/label.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { SubmitButton } from '#components/ui/submit-button.tsx'
import type { Confirmation } from '#lib/core/enrollment/confirmation.ts'
import type { CheckResult } from '#lib/core/enrollment/evidence.ts'
import type { EnrollmentView } from '#lib/core/views.ts'
import { enrollments } from '#lib/messages/enrollments.ts'

const words = enrollments.confirm

export interface ConfirmPanelProps {
  view: EnrollmentView
  confirmation: NonNullable<EnrollmentView['confirmation']>
  mayManage: boolean
  busy: boolean
  onConfirm: (theirs: boolean, reason: string) => void
}

export default function ConfirmPanel({ view, confirmation, mayManage, busy, onConfirm }: ConfirmPanelProps) {
  const { by, heldBy, until } = confirmation
  const held = view.evidence?.checks.filter(({ id }) => heldBy.includes(id)) ?? []
  return (
    <div className="space-y-4">
      <div className="flex items-start gap-3">
        <span className="flex size-9 shrink-0 items-center justify-center rounded-full bg-warning-soft text-warning">
          <Icon name="hourglass" className="size-5" />
        </span>
        <div className="min-w-0 space-y-1">
          <h2 className="foreign text-balance font-medium text-lg">
            {held.length > 0 ? words.questionHeld : words.question(view.user.name)}
          </h2>
          <p className="text-pretty">{held.length > 0 ? words.textHeld : words.text[by](view.user.name)}</p>
          {by === 'user' && view.viaLink && <p className="text-pretty text-muted-foreground">{words.ownPage}</p>}
          <p className="text-muted-foreground text-sm">
            {words.until} <RelativeTime at={until} />
          </p>
        </div>
      </div>
      {held.map((check) => (
        <Held key={check.id} check={check} />
      ))}
      {mayManage && <Answer by={by} busy={busy} onConfirm={onConfirm} />}
    </div>
  )
}

function Held({ check }: { check: CheckResult }) {
  return (
    <dl className="grid gap-x-6 gap-y-1 rounded-md border border-warning/40 bg-warning-soft px-4 py-3 text-sm sm:grid-cols-[auto_1fr]">
      <dt className="font-medium">{check.id}</dt>
      <dd className="font-medium">{check.title}</dd>
      <dt className="text-muted-foreground">{words.expected}</dt>
      <dd className="foreign min-w-0 break-words">{check.expected}</dd>
      <dt className="text-muted-foreground">{words.observed}</dt>
      <dd className="foreign min-w-0 break-words">{check.observed}</dd>
    </dl>
  )
}

/** Where staff decide they say why. */
function Answer({ by, busy, onConfirm }: { by: Confirmation['by'] } & Pick<ConfirmPanelProps, 'busy' | 'onConfirm'>) {
  const id = useId()
  const needsReason = by === 'staff'
  const field = useRef<HTMLTextAreaElement>(null)
  const [missing, setMissing] = useState(false)
  const say = (theirs: boolean) => {
    const reason = field.current?.value.trim() ?? ''
    const isMissing = reason === '' && needsReason
    setMissing(isMissing)
    if (isMissing) field.current?.focus()
    else onConfirm(theirs, reason)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!busy) say(true)
  }
  return (
    <form onSubmit={submit} noValidate className="space-y-3">
      <Field
        id={id}
        label={needsReason ? words.reason : words.reasonOptional}
        hint={words.reasonHint}
        error={missing ? words.reasonMissing : undefined}
      >
        <Textarea
          ref={field}
          id={id}
          maxLength={500}
          rows={2}
          aria-required={needsReason}
          aria-invalid={missing || undefined}
          aria-describedby={`${id}-note`}
        />
      </Field>
      <div className="flex flex-wrap gap-2">
        <SubmitButton pending={busy}>
          <Icon name="check" className="size-3.5" />
          {words.yes[by]}
        </SubmitButton>
        <Button variant="destructive-outline" disabled={busy} onClick={() => say(false)}>
          {words.no[by]}
        </Button>
      </div>
    </form>
  )
}
