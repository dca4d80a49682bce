/**
 * Putting right what a crash left behind (durability R5): job locks of processes that are gone are freed, so that their jobs run again in
 * seconds instead of hours, and whatever waits for us without a job gets one. Finding something is worth a line in the log.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { forgetOldPkiRequests } from '#lib/data/pki-requests.ts'
import { addMissingJobs, freeDeadWorkers } from '#lib/data/processes.ts'

export interface Swept {
  deadProcesses: number
  /** Keys of jobs that were added again. */
  jobs: string[]
}

export async function sweep(grant: Grant<'system:work'>): Promise<Swept> {
  const deadProcesses = await freeDeadWorkers(grant)
  await forgetOldPkiRequests(grant)
  return { deadProcesses, jobs: await addMissingJobs(grant) }
}
