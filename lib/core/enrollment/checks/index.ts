/** The checks of an answer: what callers outside this folder use. */
export { CHECK_DESCRIPTIONS, type CheckDescription } from './catalogue.ts'
export { checkAnswer } from './check-answer.ts'
export { findListedKeys, findPrimeKeys, findSharedPrimeKeys } from './read-answer.ts'
export { RecordError, readRecordedInput, recordInput } from './record.ts'
export type {
  AnswerExpectation,
  AnswerFacts,
  AnswerPolicy,
  CheckAnswerInput,
  CheckedAnswer,
  ExpectedKey,
  KnownKey,
  ReadAnswer,
  ReadKey,
} from './types.ts'
