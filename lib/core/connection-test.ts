/** What trying a connection goes through, step by step, and what was seen. Sentences about outcomes are written where it is tried. */
import { z } from 'zod'

export const CONNECTION_STEPS = [
  /** The stored configuration and secrets can be read. */
  'settings',
  /** Something answers there, over TLS that is believed. */
  'reach',
  /** What it says it can do. */
  'capabilities',
  /** Its certificates lead to the pinned one. */
  'certificate',
  /** They and ours are valid for a while yet. */
  'expiry',
  'clock',
  /** It makes a certificate for a throw-away key. */
  'enrolment',
  /** The messaging server takes our API key. */
  'key',
  /** It calls us back, with the password that was agreed. */
  'callback',
] as const
export type ConnectionStepName = (typeof CONNECTION_STEPS)[number]

export const STEP_OUTCOMES = ['ok', 'warning', 'failed', 'skipped'] as const
export type StepOutcome = (typeof STEP_OUTCOMES)[number]

export interface ConnectionStep {
  name: ConnectionStepName
  outcome: StepOutcome
  /** A sentence for staff: what was seen. */
  detail: string
  /** A certificate that an administrator may accept (SHA-256, hex): the CA signs with it now. */
  acceptable?: string | undefined
}

export const connectionStepsSchema: z.ZodType<ConnectionStep[]> = z.array(
  z.object({
    name: z.enum(CONNECTION_STEPS),
    outcome: z.enum(STEP_OUTCOMES),
    detail: z.string(),
    acceptable: z.string().optional(),
  }),
)

export type ConnectionOutcome = 'passed' | 'warned' | 'failed'

export const outcomeOf = (steps: readonly ConnectionStep[]): ConnectionOutcome =>
  steps.some((step) => step.outcome === 'failed')
    ? 'failed'
    : steps.some((step) => step.outcome === 'warning')
      ? 'warned'
      : 'passed'

/** `connection` of the messaging server; every other one is an issuer's id. */
export const HERMOD_CONNECTION = 'hermod'
