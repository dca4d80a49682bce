import { CodedError } from '#lib/core/errors.ts'

/** A command was called in a way that cannot be carried out; the message is what to print. The dispatcher ends with 2. */
export class UsageError extends CodedError<'usage'> {
  constructor(message: string, options?: { cause?: unknown }) {
    super('usage', message, options)
  }
}
