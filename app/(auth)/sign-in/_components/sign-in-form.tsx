'use client'
/** Works before (and without) its scripts: a plain form that the server answers. With them, errors appear without losing the page. */
import { useActionState, useEffect, useRef } from 'react'
import { Alert } from '#components/ui/alert.tsx'
import { Input } from '#components/ui/input.tsx'
import { Field } from '#components/ui/label.tsx'
import { SubmitButton } from '#components/ui/submit-button.tsx'
import { authMessages as texts } from '#lib/messages/auth.ts'
import { type SignInState, signInAction } from '../actions.ts'

const BEFORE: SignInState = { message: null, fields: {}, email: '' }

export function SignInForm({ next }: { next: string }) {
  const [state, action, pending] = useActionState(signInAction, BEFORE)
  const email = useRef<HTMLInputElement>(null)
  const password = useRef<HTMLInputElement>(null)

  // After a refusal the cursor stands where something is to be mended.
  useEffect(() => {
    if (state === BEFORE) return
    const wrong = state.fields.email ? email : password
    wrong.current?.focus()
  }, [state])

  return (
    <form action={action} className="space-y-4" noValidate>
      {state.message && (
        <Alert tone="destructive" title={texts.failedTitle} live>
          {state.message}
        </Alert>
      )}
      <input type="hidden" name="next" value={next} />
      <Field id="email" label={texts.email} error={state.fields.email}>
        <Input
          ref={email}
          id="email"
          name="email"
          type="email"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          autoFocus
          defaultValue={state.email}
          aria-invalid={state.fields.email ? true : undefined}
          aria-describedby={state.fields.email ? 'email-note' : undefined}
        />
      </Field>
      <Field id="password" label={texts.password} error={state.fields.password}>
        <Input
          ref={password}
          id="password"
          name="password"
          type="password"
          autoComplete="current-password"
          required
          aria-invalid={state.fields.password ? true : undefined}
          aria-describedby={state.fields.password ? 'password-note' : undefined}
        />
      </Field>
      <SubmitButton pending={pending} className="w-full" size="lg">
        {texts.signIn}
      </SubmitButton>
    </form>
  )
}
