/** Live updates of one certificate: its standing, and what was found of it at the CA; for the staff's pages (session cookie) and for programs (bearer token). */

import { idParamsSchema } from '#app/api/v1/schemas.ts'
import { actorFromBearer, actorFromSession } from '#lib/auth/actor.ts'
import { defineMethods, defineRoute } from '#lib/auth/api-route.ts'
import { may } from '#lib/auth/permissions.ts'
import { RequestError } from '#lib/core/errors.ts'
import { getCertificate } from '#lib/data/certificates.ts'
import { changeStream } from '#lib/live/stream.ts'
import { apiMessages } from '#lib/messages/api.ts'

const whoAsks = async (request: Request) =>
  request.headers.has('authorization') ? actorFromBearer(request) : actorFromSession(request.headers)

export const { GET, POST, PUT, PATCH, DELETE } = defineMethods({
  GET: defineRoute(
    { permission: 'certificate:read', params: idParamsSchema, actor: whoAsks },
    async ({ grant, params, request }) => {
      if (!(await getCertificate(grant, params.id))) throw new RequestError('not_found', apiMessages.notFound)
      const { actor } = grant
      return changeStream({
        topic: `certificate:${params.id}`,
        owner: 'id' in actor ? `${actor.kind}:${actor.id}` : actor.kind,
        signal: request.signal,
        mayStill: async () => {
          const now = await whoAsks(request)
          return now !== null && now.id === ('id' in actor ? actor.id : null) && may(now, 'certificate:read')
        },
      })
    },
  ),
})
