/**
 * The person's word on the phone that answered, where the profile asks for it before anything is issued (F-B15, F-B16): whoever saw a code
 * may have scanned it, and nothing in an answer tells whose hand holds the phone. Said on the page of a one-time link, or to the helpdesk.
 *
 * Yes: the certificate is made. No: the enrolment ends as refused, and it is an incident, since somebody else has answered. Of a yes, a no and
 * a cancellation at the same moment exactly one counts (durability K17).
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { RequestError } from '#lib/core/errors.ts'
import { lockEnrollment } from '#lib/data/enrollment-writes.ts'
import { OPENED_INCIDENTS_AUDIT, openIncidentsSql } from '#lib/data/incidents.ts'
import { job } from '#lib/data/jobs.ts'
import { inTransaction } from '#lib/data/transaction.ts'
import { transition } from '#lib/data/transition.ts'
import { workflowMessages as texts } from '#lib/messages/workflows.ts'

type Sayer = Grant<'enrollment:manage'> | Grant<'self:enroll'>

/**
 * @param word.theirs whether the person says that the phone is theirs
 * @throws RequestError not_found, wrong_state
 */
export function confirmPhone(grant: Sayer, word: { id: string; theirs: boolean }): Promise<void> {
  const { id, theirs } = word
  return inTransaction(grant, async (tx) => {
    const enrollment = await lockEnrollment(tx, grant, id)
    if (!enrollment) throw new RequestError('not_found', texts.noEnrollment)
    const { state, version } = enrollment
    if (state !== 'confirming') throw new RequestError('wrong_state', texts.nothingToConfirm(state))
    if (theirs) {
      await transition(tx, grant, {
        enrollmentId: id,
        from: 'confirming',
        version,
        to: 'issuing',
        detail: { kind: 'confirmed' },
        job: job('issue-certificates', { enrollmentId: id }),
      })
      return
    }
    await transition(tx, grant, {
      enrollmentId: id,
      from: 'confirming',
      version,
      to: 'rejected',
      set: { failureCode: 'confirmation_denied' },
      also: {
        with: [openIncidentsSql([{ kind: 'phone_denied', about: `enrollment:${id}`, detail: { saidBy: grant.actor.name } }])],
        audit: OPENED_INCIDENTS_AUDIT,
      },
    })
  })
}
