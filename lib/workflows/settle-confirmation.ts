/**
 * Somebody says whether the phone that answered is the right one: `confirming` → `issuing`, or → `rejected` with an incident (hostile-inputs
 * F-B13, F-B15, F-B16). The person may always say no; yes is the person's only where the profile asks the person.
 *
 * Between answer and word days may pass. What the checks looked at and may have changed since is looked at again: the person, the subject,
 * the block list, and the link.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { renderSubject } from '#lib/core/enrollment/subject.ts'
import type { FailureCode } from '#lib/core/errors.ts'
import { RequestError } from '#lib/core/errors.ts'
import { type OpenConfirmation, readOpenConfirmation } from '#lib/data/confirmations.ts'
import { type LockedEnrollment, lockEnrollment } from '#lib/data/enrollment-writes.ts'
import { OPENED_INCIDENTS_AUDIT, openIncidentsSql } from '#lib/data/incidents.ts'
import { job } from '#lib/data/jobs.ts'
import { inTransaction, type Tx } from '#lib/data/transaction.ts'
import { transition } from '#lib/data/transition.ts'
import { workflowMessages as texts } from '#lib/messages/workflows.ts'

type Sayer = Grant<'enrollment:manage'> | Grant<'self:enroll'>

export interface Word {
  id: string
  confirmed: boolean
  /** Why; wanted of staff wherever they decide, at most 500 characters. */
  reason?: string
}

/** @throws RequestError not_found, wrong_state, not_allowed, user_inactive, invalid_input */
export function settleConfirmation(grant: Sayer, word: Word): Promise<void> {
  return inTransaction(grant, async (tx) => {
    const enrollment = await lockEnrollment(tx, grant, word.id)
    if (!enrollment) throw new RequestError('not_found', texts.noEnrollment)
    if (enrollment.state !== 'confirming') throw new RequestError('wrong_state', texts.notConfirming(enrollment.state))
    const open = await readOpenConfirmation(tx, grant, enrollment.id)
    if (word.confirmed) await confirm(tx, grant, enrollment, open, word)
    else await deny(tx, grant, enrollment, open, word)
  })
}

const isPerson = (grant: Sayer): boolean => grant.permission === 'self:enroll'

/** @throws RequestError invalid_input where staff decide and say not why */
function reasonOf(grant: Sayer, { asks }: OpenConfirmation, { reason, confirmed }: Word): string | null {
  const text = reason?.trim() ?? ''
  const wanted = !isPerson(grant) && (asks.by === 'staff' || !confirmed)
  if (wanted && text === '') throw new RequestError('invalid_input', texts.whyWanted, { fields: { reason: texts.whyWanted } })
  return text === '' ? null : text
}

async function confirm(tx: Tx, grant: Sayer, enrollment: LockedEnrollment, open: OpenConfirmation, word: Word): Promise<void> {
  const { asks, user, definition, subjects, blocked, linkRevoked } = open
  if (isPerson(grant) && asks.by === 'staff') throw new RequestError('not_allowed', texts.staffConfirms)
  if (isPerson(grant) && linkRevoked) throw new RequestError('not_allowed', texts.linkUnusable)
  const reason = reasonOf(grant, open, word)
  if (user.status !== 'active') throw new RequestError('user_inactive', texts.personDisabled)
  if (blocked) throw new RequestError('wrong_state', texts.keyBlockedSince)
  const now = renderSubject(definition.subject, user)
  if (!now.ok || subjects.some((der) => Buffer.compare(der, now.der) !== 0))
    throw new RequestError('wrong_state', texts.subjectChangedSince)
  await transition(tx, grant, {
    enrollmentId: enrollment.id,
    from: 'confirming',
    version: enrollment.version,
    to: 'issuing',
    detail: { kind: asks.heldBy.length > 0 ? 'released' : 'confirmed', ...(reason === null ? {} : { reason }) },
    job: job('issue-certificates', { enrollmentId: enrollment.id }),
  })
}

async function deny(tx: Tx, grant: Sayer, enrollment: LockedEnrollment, open: OpenConfirmation, word: Word): Promise<void> {
  const reason = reasonOf(grant, open, word)
  const released = open.asks.heldBy.length > 0 && !isPerson(grant)
  const failureCode: FailureCode = released ? 'release_refused' : 'confirmation_denied'
  // What was held has an incident of its own, if it is one.
  const noticed = released
    ? null
    : openIncidentsSql([
        {
          kind: 'confirmation_denied',
          about: `answer:${open.answerId}`,
          detail: { userid: open.user.userid, saidBy: grant.actor.name },
        },
      ])
  await transition(tx, grant, {
    enrollmentId: enrollment.id,
    from: 'confirming',
    version: enrollment.version,
    to: 'rejected',
    set: { failureCode, failureDetail: reason },
    detail: { kind: 'unconfirmed', ...(reason === null ? {} : { reason }) },
    ...(noticed ? { also: { with: [noticed], audit: OPENED_INCIDENTS_AUDIT } } : {}),
  })
}
