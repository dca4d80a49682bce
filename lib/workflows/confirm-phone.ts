/**
 * The word on a phone that answered, where it is asked for before anything is issued (confirmation.ts; F-B13, F-B15, F-B16): whoever saw a code
 * may have scanned it, and nothing in an answer tells whose hand holds the phone. Said on the page of a one-time link, or by staff. The person
 * may always say no; yes is the person's only where the profile asks the person.
 *
 * Yes: the certificate is made. Days may have passed since the checks, so the block list and the link are looked at again here, and the person
 * when it is issued. No: the enrolment ends as refused, and it is an incident, since somebody else has answered. Of a yes, a no and a
 * cancellation at the same moment exactly one counts (durability K17).
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { RequestError } from '#lib/core/errors.ts'
import { type OpenConfirmation, readOpenConfirmation } from '#lib/data/confirmations.ts'
import { lockEnrollment } from '#lib/data/enrollment-writes.ts'
import { OPENED_INCIDENTS_AUDIT, openIncidentsSql } from '#lib/data/incidents.ts'
import { job } from '#lib/data/jobs.ts'
import { inTransaction } from '#lib/data/transaction.ts'
import { type Transition, transition } from '#lib/data/transition.ts'
import { workflowMessages as texts } from '#lib/messages/workflows.ts'

type Sayer = Grant<'enrollment:manage'> | Grant<'self:enroll'>

export interface Word {
  id: string
  /** Whether the phone is the person's; where staff decide, whether it is released. */
  theirs: boolean
  /** Why; required where staff decide, at most 500 characters. */
  reason?: string
}

/** @throws RequestError not_found, wrong_state, not_allowed, invalid_input */
export function confirmPhone(grant: Sayer, word: Word): Promise<void> {
  const { id, theirs } = word
  return inTransaction(grant, async (tx) => {
    const enrollment = await lockEnrollment(tx, grant, id)
    if (!enrollment) throw new RequestError('not_found', texts.noEnrollment)
    const { state, version } = enrollment
    if (state !== 'confirming') throw new RequestError('wrong_state', texts.nothingToConfirm(state))
    const open = await readOpenConfirmation(tx, grant, id)
    const move = theirs ? yes(grant, open, word) : no(grant, open, word)
    await transition(tx, grant, { enrollmentId: id, from: 'confirming', version, ...move })
  })
}

type Move = Omit<Transition, 'enrollmentId' | 'from' | 'version'>

const isPerson = (grant: Sayer): boolean => grant.permission === 'self:enroll'

function yes(grant: Sayer, open: OpenConfirmation, word: Word): Move {
  const { asks, blocked, linkRevoked } = open
  if (isPerson(grant) && asks.by === 'staff') throw new RequestError('not_allowed', texts.staffConfirms)
  if (isPerson(grant) && linkRevoked) throw new RequestError('not_allowed', texts.linkUnusable)
  const reason = reasonOf(grant, open, word)
  if (blocked) throw new RequestError('wrong_state', texts.keyBlockedSince)
  return {
    to: 'issuing',
    detail: { kind: asks.heldBy.length > 0 ? 'released' : 'confirmed', ...reason },
    job: job('issue-certificates', { enrollmentId: word.id }),
  }
}

function no(grant: Sayer, open: OpenConfirmation, word: Word): Move {
  const reason = reasonOf(grant, open, word)
  const said = { to: 'rejected', detail: { kind: 'denied', ...reason } } as const
  const failureDetail = reason.reason ?? null
  // What was held has an incident of its own, where it is one: here nobody said that the phone is another person's.
  if (open.asks.heldBy.length > 0 && !isPerson(grant)) return { ...said, set: { failureCode: 'release_refused', failureDetail } }
  const incident = { kind: 'phone_denied', about: `enrollment:${word.id}`, detail: { saidBy: grant.actor.name } } as const
  return {
    ...said,
    set: { failureCode: 'confirmation_denied', failureDetail },
    also: { with: [openIncidentsSql([incident])], audit: OPENED_INCIDENTS_AUDIT },
  }
}

function reasonOf(grant: Sayer, { asks }: OpenConfirmation, word: Word): { reason?: string } {
  const reason = word.reason?.trim() ?? ''
  if (reason !== '') return { reason }
  if (!isPerson(grant) && asks.by === 'staff')
    throw new RequestError('invalid_input', texts.whyWanted, { fields: { reason: texts.whyWanted } })
  return {}
}
