/**
 * Server actions: `defineAction` puts around a workflow what every action needs, in this order: it came from one of our own pages, its
 * input parses, somebody is signed in, and may do this. What is thrown becomes a typed result; a page never sees an exception.
 *
 * ```ts
 * // app/(desk)/certificates/actions.ts
 * 'use server'
 * import { defineAction } from '#lib/auth/action.ts'
 * import { requestRevocation } from '#lib/workflows/revoke-certificate.ts'
 * import { revocationSchema } from './schema.ts'
 *
 * export const revokeAction = defineAction({ permission: 'certificate:revoke', input: revocationSchema }, requestRevocation)
 *
 * // in a client component
 * const result = await revokeAction({ certificateId, reason })
 * if (!result.ok) setError(result.message) // result.fields: field path → sentence
 * ```
 *
 * A form may be passed as it is: `<form action={…}>` gives FormData, which is read as an object of its text fields.
 * Everything the client sends is `unknown` here, whatever the types say: actions are called with arrays, null and BigInt too (F-W9).
 */
import { headers } from 'next/headers'
import { unstable_rethrow } from 'next/navigation'
import type { z } from 'zod'
import { RequestError } from '#lib/core/errors.ts'
import { webEnv } from '#lib/env.ts'
import type { ProblemCode } from '#lib/http/problem.ts'
import { translateError } from '#lib/http/translate-error.ts'
import { apiMessages } from '#lib/messages/api.ts'
import { currentActor } from './actor.ts'
import { type Actor, authorize, type Grant, type Permission } from './permissions.ts'
import { isSameOrigin, ownOrigins } from './same-origin.ts'

export type ActionResult<V> =
  | { ok: true; value: V }
  | { ok: false; code: ProblemCode; message: string; fields: Record<string, string> }

export interface ActionRule<P extends Permission, S extends z.ZodType> {
  permission: P
  input: S
  /** Who acts, where that is not the account signed in: the holder of a one-time link. Called after the input has parsed. */
  actor?: (input: z.output<S>) => Promise<Actor | null>
}

export function defineAction<P extends Permission, S extends z.ZodType, V>(
  { permission, input, actor }: ActionRule<P, S>,
  workflow: (grant: Grant<P>, input: z.output<S>) => Promise<V>,
): (input: z.input<S> | FormData) => Promise<ActionResult<V>> {
  return async (given: unknown) => {
    try {
      await requireSameOrigin()
      const parsed = input.parse(given instanceof FormData ? formFields(given) : given)
      const who = actor ? await actor(parsed) : await currentActor()
      if (!who)
        throw new RequestError(actor ? 'not_found' : 'not_signed_in', actor ? apiMessages.notFound : apiMessages.signedOut)
      return { ok: true, value: await workflow(authorize(who, permission), parsed) }
    } catch (error) {
      // redirect() and notFound() are how a workflow's caller leaves; they are not failures.
      unstable_rethrow(error)
      const { code, message, fields } = translateError(error, `action ${permission}`)
      return { ok: false, code, message: code === 'not_allowed' ? apiMessages.notAllowed : message, fields }
    }
  }
}

/** For actions that are not made by defineAction (signing in and out). @throws RequestError not_allowed */
export async function requireSameOrigin(): Promise<void> {
  const { publicUrl } = webEnv()
  if (!isSameOrigin(await headers(), ownOrigins(publicUrl)))
    throw new RequestError('invalid_input', apiMessages.foreignOrigin(publicUrl))
}

/** Text fields only; a name that comes twice, or a file, is kept as it is and fails the schema. Next's own fields are left out. */
export function formFields(form: FormData): Record<string, unknown> {
  const fields = new Map<string, unknown>()
  for (const [name, value] of form) {
    if (name.startsWith('$ACTION')) continue
    fields.set(name, fields.has(name) ? [fields.get(name), value] : value)
  }
  return Object.fromEntries(fields)
}
