/** Something in the surroundings that whoever started the program can put right; the message is one sentence that says how. */
import { CodedError } from '#lib/core/errors.ts'

export class EmbeddedError extends CodedError<'embedded'> {
  constructor(message: string, options?: { cause?: unknown }) {
    super('embedded', message, options)
  }
}
