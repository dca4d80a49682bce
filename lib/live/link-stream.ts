/**
 * Live updates for whoever holds a one-time link: of the enrolment that the link started, and of nothing else. The link is looked up again
 * about once a minute; when it is revoked the stream ends.
 */
import { findLink } from '#lib/data/links.ts'
import { problemResponse } from '#lib/http/problem.ts'
import { changeStream } from './stream.ts'

/** 404 for a link that is none and for one that has not started anything yet. */
export async function linkStream(request: Request, token: string): Promise<Response> {
  const link = await findLink(token)
  const enrollmentId = link?.view.enrollment?.id
  if (!link || !enrollmentId || link.view.status === 'revoked') return problemResponse('not_found')
  return changeStream({
    topic: `enrollment:${enrollmentId}`,
    owner: `link:${link.linkId}`,
    signal: request.signal,
    mayStill: async () => {
      const now = await findLink(token)
      return now !== null && now.view.status !== 'revoked'
    },
  })
}
