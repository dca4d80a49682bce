/** All cases of answers: what the checks must say of them. */
import { accept } from './accept.ts'
import { binding } from './binding.ts'
import type { AnswerCase } from './case.ts'
import { csrAttributes } from './csr-attributes.ts'
import { csrEncoding } from './csr-encoding.ts'
import { csrKey } from './csr-key.ts'
import { csrLimits } from './csr-limits.ts'
import { csrSubject } from './csr-subject.ts'
import { envelopeCases } from './envelope.ts'
import { nested } from './nested.ts'
import { nestedForm } from './nested-form.ts'
import { nestedKeys } from './nested-keys.ts'
import { outerHeader } from './outer-header.ts'
import { outerKey } from './outer-key.ts'
import { outerPayload } from './outer-payload.ts'

export const ANSWER_CASES: readonly AnswerCase[] = [
  ...accept,
  ...outerHeader,
  ...outerKey,
  ...outerPayload,
  ...nested,
  ...nestedForm,
  ...nestedKeys,
  ...binding,
  ...envelopeCases,
  ...csrSubject,
  ...csrAttributes,
  ...csrKey,
  ...csrEncoding,
  ...csrLimits,
]
