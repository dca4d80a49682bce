/**
 * Wanting an evidence bundle: writes the wish, which the worker fulfils (make-bundle.ts), unless it is made already. There is none while
 * an offer is waited for or open: the nonce in its command is a secret until it is answered.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { BEFORE_ANSWER } from '#lib/core/enrollment/state.ts'
import { RequestError } from '#lib/core/errors.ts'
import { type BundleStanding, findBundle, insertBundleWish, takeBundle } from '#lib/data/bundles.ts'
import { bundleMessages as texts } from '#lib/messages/bundle.ts'

type Reader = Grant<'enrollment:read'>

/** @returns true if it can be taken now. @throws RequestError not_found, wrong_state */
export async function requestBundle(grant: Reader, id: string): Promise<boolean> {
  const standing = await find(grant, id)
  if (standing.bundle === null) await insertBundleWish(grant, standing)
  return standing.bundle?.sha256 != null
}

/** True if the bundle of what the enrolment is now can be taken. @throws RequestError not_found, wrong_state */
export const isBundleMade = async (grant: Reader, id: string): Promise<boolean> => (await find(grant, id)).bundle?.sha256 != null

export interface BundleFile {
  name: string
  /** For the person who stores it: with the name as it is written. */
  title: string
  body: string
}

/** The bundle of what the enrolment is now; null while it is being made. @throws RequestError not_found, wrong_state */
export async function takeRequestedBundle(grant: Reader, id: string): Promise<BundleFile | null> {
  const standing = await find(grant, id)
  const body = standing.bundle?.sha256 == null ? null : await takeBundle(grant, standing.bundle.id)
  if (body === null) return null
  const ending = `${id.slice(-12)}.json`
  const plain = standing.userid.replace(/[^A-Za-z0-9._-]/g, '_')
  return { name: `evidence-${plain}-${ending}`, title: `evidence ${standing.userName} ${ending}`, body }
}

async function find(grant: Reader, id: string): Promise<BundleStanding> {
  const standing = await findBundle(grant, id)
  if (standing === null) throw new RequestError('not_found', texts.noEnrollment)
  if (BEFORE_ANSWER.includes(standing.state)) throw new RequestError('wrong_state', texts.notYet)
  return standing
}
