/** The messages of an enrolment, for the Exchange tab: read when somebody opens it, since few do. */
import { z } from 'zod'
import { actorFromSession } from '#lib/auth/actor.ts'
import { defineMethods, defineRoute, json } from '#lib/auth/api-route.ts'
import { RequestError } from '#lib/core/errors.ts'
import { getExchange } from '#lib/data/enrollments.ts'
import { apiMessages } from '#lib/messages/api.ts'

export const { GET, POST, PUT, PATCH, DELETE } = defineMethods({
  GET: defineRoute(
    {
      permission: 'enrollment:read',
      params: z.object({ id: z.uuid() }),
      actor: (request) => actorFromSession(request.headers),
    },
    async ({ grant, params }) => {
      const messages = await getExchange(grant, params.id)
      if (!messages) throw new RequestError('not_found', apiMessages.notFound)
      return json({ messages })
    },
  ),
})
