'use client'
/** Adds a person and goes to their page. What was typed stays when something is wrong. */
import { useRouter } from 'next/navigation'
import { type FormEvent, type ReactNode, useState, useTransition } from 'react'
import { Alert } from '#components/ui/alert.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { Input } from '#components/ui/input.tsx'
import { Field } from '#components/ui/label.tsx'
import { SubmitButton } from '#components/ui/submit-button.tsx'
import type { ActionResult } from '#lib/auth/action.ts'
import { common } from '#lib/messages/common.ts'
import { users } from '#lib/messages/users.ts'
import { createUserAction } from '../actions.ts'

const words = users.form

export function NewUserForm() {
  const router = useRouter()
  const [failure, setFailure] = useState<Extract<ActionResult<never>, { ok: false }>>()
  const [pending, startTransition] = useTransition()
  const fields = failure?.fields ?? {}

  // Not `<form action>`: that empties the form when the answer comes, and people would have to type it all again.
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (pending) return
    const form = event.currentTarget
    startTransition(async () => {
      const result = await createUserAction(new FormData(form)).catch(() => null)
      if (result?.ok) return router.push(`/users/${encodeURIComponent(result.value.userid)}`)
      const next = result ?? { ok: false as const, code: 'unavailable' as const, message: common.noConnection, fields: {} }
      setFailure(next)
      const wrong = Object.keys(next.fields)[0]
      if (wrong) form.querySelector<HTMLInputElement>(`[name="${CSS.escape(wrong)}"]`)?.focus()
    })
  }

  const field = (
    name: string,
    label: string,
    options: { hint?: ReactNode; required?: boolean; type?: string; autoComplete?: string; maxLength?: number } = {},
  ) => (
    <Field
      id={name}
      label={
        <>
          {label} {!options.required && <span className="font-normal text-muted-foreground">{words.optional}</span>}
        </>
      }
      hint={options.hint}
      error={fields[name]}
    >
      <Input
        id={name}
        name={name}
        type={options.type ?? 'text'}
        maxLength={options.maxLength ?? 200}
        autoComplete="off"
        spellCheck={false}
        aria-required={options.required}
        aria-invalid={fields[name] ? true : undefined}
        aria-describedby={options.hint || fields[name] ? `${name}-note` : undefined}
      />
    </Field>
  )

  return (
    <form onSubmit={submit} noValidate className="space-y-4">
      {failure && (
        <Alert tone="destructive" title={words.failed} live>
          {Object.keys(fields).length > 0 ? words.checkFields : failure.message}
        </Alert>
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        {field('name', words.name, { required: true })}
        {field('userid', words.userid, { required: true, hint: words.useridHint, maxLength: 64 })}
        {field('email', words.email, { type: 'email', maxLength: 254 })}
        {field('department', words.department)}
      </div>
      <fieldset className="space-y-3 border-t pt-4">
        <legend className="sr-only">{words.subject}</legend>
        <div>
          <p aria-hidden="true" className="font-medium text-sm">
            {words.subject}
          </p>
          <p className="text-muted-foreground text-sm">{words.subjectHint}</p>
        </div>
        <div className="grid gap-4 sm:grid-cols-2">
          {field('attributes.C', words.C, { hint: words.CHint, maxLength: 2 })}
          {field('attributes.L', words.L)}
          {field('attributes.O', words.O)}
          {field('attributes.OU', words.OU)}
        </div>
      </fieldset>
      <div className="flex gap-2 border-t pt-4">
        <SubmitButton pending={pending}>{words.submit}</SubmitButton>
        <ButtonLink href="/users" variant="ghost">
          {words.cancel}
        </ButtonLink>
      </div>
    </form>
  )
}
