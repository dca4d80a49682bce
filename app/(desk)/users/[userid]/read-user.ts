import { cache } from 'react'
import { requireGrant } from '#lib/auth/actor.ts'
import { getUser } from '#lib/data/users.ts'

/** The person of this page, read once for the title and the page. */
export const readUser = cache(async (segment: string) => {
  const grant = await requireGrant('user:read')
  return { grant, user: await getUser(grant, decodeSegment(segment)) }
})

/** Next hands the segment over as it stands in the address; one that does not decode is nobody's. */
function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return ''
  }
}
