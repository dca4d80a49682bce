'use server'
import { redirect, unstable_rethrow } from 'next/navigation'
import { formFields, requireSameOrigin } from '#lib/auth/action.ts'
import { safeNextPath } from '#lib/auth/next-path.ts'
import { signIn, signOut } from '#lib/auth/sign-in.ts'
import { translateError } from '#lib/http/translate-error.ts'
import { authMessages as texts } from '#lib/messages/auth.ts'
import { signInSchema } from './schema.ts'

export interface SignInState {
  message: string | null
  fields: { email?: string; password?: string }
  /** What was entered, to be shown again; never the password. */
  email: string
}

export async function signInAction(_before: SignInState, form: FormData): Promise<SignInState> {
  let email = ''
  let next = '/'
  try {
    await requireSameOrigin()
    const given = form instanceof FormData ? formFields(form) : {}
    email = typeof given.email === 'string' ? given.email.slice(0, 254) : ''
    next = safeNextPath(given.next)
    const input = signInSchema.safeParse({ email: given.email, password: given.password })
    if (!input.success) {
      const { fieldErrors } = input.error.flatten()
      return { message: null, fields: { email: fieldErrors.email?.[0], password: fieldErrors.password?.[0] }, email }
    }
    const result = await signIn(input.data.email, input.data.password)
    if (result.status !== 'ok') {
      const message = result.status === 'wait' ? texts.wait(result.seconds) : texts[result.status]
      return { message, fields: {}, email }
    }
  } catch (error) {
    unstable_rethrow(error)
    return { message: translateError(error, 'sign-in').message, fields: {}, email }
  }
  redirect(next)
}

export async function signOutAction(): Promise<void> {
  await requireSameOrigin()
  await signOut()
  redirect('/sign-in')
}
