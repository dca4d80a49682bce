'use client'
/** How it ended, or what it hangs on: what to say to the caller, what happened, what to do next. Loaded when there is something to say. */
import type { ReactNode } from 'react'
import { Icon } from '#components/ui/icon.tsx'
import { FAILURE_TEXTS } from '#lib/core/failure-texts.ts'
import type { EnrollmentView } from '#lib/core/views.ts'
import { enrollments, NOT_CONFIRMED } from '#lib/messages/enrollments.ts'

const words = enrollments.outcome

export function OutcomePanel({ failure, actions }: { failure: NonNullable<EnrollmentView['failure']>; actions: ReactNode }) {
  const text = FAILURE_TEXTS[failure.code]
  return (
    <div className="space-y-4">
      {text && (
        <>
          <figure className="rounded-md border-info border-l-4 bg-info-soft px-4 py-3">
            <figcaption className="flex items-center gap-1.5 font-medium text-info text-sm">
              <Icon name="user" className="size-3.5" />
              {words.callerSay}
            </figcaption>
            <blockquote className="mt-1 text-pretty text-lg">“{text.user}”</blockquote>
          </figure>
          <dl className="grid gap-x-6 gap-y-2 sm:grid-cols-[auto_1fr]">
            <dt className="text-muted-foreground text-sm leading-6">{words.helpdesk}</dt>
            <dd className="text-pretty">{text.helpdesk}</dd>
            {failure.detail && (
              <>
                <dt className="text-muted-foreground text-sm leading-6">
                  {NOT_CONFIRMED.includes(failure.code) ? words.reason : words.detail}
                </dt>
                <dd className="min-w-0">
                  <bdi className="foreign text-sm">{failure.detail}</bdi>
                </dd>
              </>
            )}
            <dt className="text-muted-foreground text-sm leading-6">{words.next}</dt>
            <dd className="text-pretty font-medium">{text.next}</dd>
          </dl>
        </>
      )}
      {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
    </div>
  )
}
