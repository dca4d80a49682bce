import { RequestError } from '#lib/core/errors.ts'
import { apiMessages } from '#lib/messages/api.ts'

/** What was asked for, or the one answer for what does not exist and what is not the caller's to see. @throws RequestError not_found */
export function found<T>(thing: T | null): T {
  if (thing === null) throw new RequestError('not_found', apiMessages.notFound)
  return thing
}
