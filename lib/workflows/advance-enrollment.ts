/**
 * Going on with an enrolment for as long as the next move is ours: checks → certificate → delivery, in one job.
 *
 * A queue between the steps would cost two commits and a wake-up each; the job that goes on stays in the queue until the end instead, so
 * that nothing is lost: killed after any commit, it is run again and goes on from the state it finds. Each step compares and sets, so
 * two that go on at once do each step once. What has to wait (the CA, Hermod) plans a job of its own and ends this one.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { type AnswerToCheck, findAnswerToCheck, findOpenAnswerId } from '#lib/data/answers.ts'
import { findEnrollment } from '#lib/data/enrollment-writes.ts'
import { giveCertificateCommand } from './certificate-command.ts'
import { checkStoredAnswer } from './check-answer.ts'
import { deliverCertificates } from './deliver-certificates.ts'
import { issueCertificates } from './issue-certificates.ts'
import type { WorkerContext } from './worker-context.ts'

type System = Grant<'system:work'>

/** From wherever it stands. */
export async function advanceEnrollment(grant: System, context: WorkerContext, enrollmentId: string): Promise<void> {
  const enrollment = await findEnrollment(grant, enrollmentId)
  if (enrollment?.state === 'answered') {
    const answerId = await findOpenAnswerId(grant, enrollmentId)
    const answer = answerId === null ? null : await findAnswerToCheck(grant, answerId)
    if (answer) await goOnAfterAnswer(grant, context, answer)
  } else if (enrollment?.state === 'issuing') await goOnAfterChecks(grant, context, enrollmentId)
  else if (enrollment?.state === 'delivering') await deliverCertificates(grant, context, { enrollmentId })
}

export async function goOnAfterAnswer(grant: System, context: WorkerContext, answer: AnswerToCheck): Promise<void> {
  if (await checkStoredAnswer(grant, context, answer)) await goOnAfterChecks(grant, context, answer.enrollmentId)
}

async function goOnAfterChecks(grant: System, context: WorkerContext, enrollmentId: string): Promise<void> {
  const command = await issueCertificates(grant, context, { enrollmentId })
  if (command) await giveCertificateCommand(grant, context, command)
}
