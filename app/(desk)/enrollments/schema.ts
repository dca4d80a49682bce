/** What the actions and addresses of these pages take. */
import { z } from 'zod'
import type { EnrollmentState } from '#lib/core/enrollment/state.ts'
import { numberParam, oneOfParam, pageParam, textParam } from '../search-params.ts'
import { LINK_DAYS } from './link-days.ts'

export const startSchema = z.strictObject({
  userid: z.string().min(1).max(64),
  profileName: z.string().min(1).max(200),
  idempotencyKey: z.string().regex(/^[A-Za-z0-9_-]{16,64}$/),
})

export const oneSchema = z.strictObject({ id: z.uuid() })
export const confirmSchema = z.strictObject({ id: z.uuid(), theirs: z.boolean(), reason: z.string().max(500).optional() })

export const linkSchema = z.strictObject({
  userId: z.uuid(),
  profileName: z.string().min(1).max(200),
  validDays: z.literal(LINK_DAYS),
})

/** The quick filters of the list: names in the address, and the states behind each. */
export const STATE_FILTERS = {
  running: ['awaiting_approval', 'requesting', 'offered', 'answered', 'confirming', 'issuing', 'delivering'],
  confirming: ['confirming'],
  undelivered: ['undelivered'],
  completed: ['completed'],
  failed: ['refused', 'rejected', 'failed'],
  ended: ['expired', 'cancelled', 'declined', 'revoked_undelivered'],
} as const satisfies Record<string, readonly EnrollmentState[]>
export type StateFilter = keyof typeof STATE_FILTERS

const filters = Object.keys(STATE_FILTERS) as [StateFilter, ...StateFilter[]]

export const enrollmentListParams = z.object({
  q: textParam,
  state: oneOfParam(filters),
  hours: numberParam(1, 8760),
  sort: oneOfParam(['-created', 'created', '-changed', 'changed']),
  page: pageParam,
})
