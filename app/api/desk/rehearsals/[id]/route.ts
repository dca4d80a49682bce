/** How far a rehearsal is, and what came out: asked again and again by the page that waits for it. */
import { idParamsSchema } from '#app/api/v1/schemas.ts'
import { actorFromSession } from '#lib/auth/actor.ts'
import { defineMethods, defineRoute, json } from '#lib/auth/api-route.ts'
import { RequestError } from '#lib/core/errors.ts'
import { findRehearsal } from '#lib/data/rehearsals.ts'
import { apiMessages } from '#lib/messages/api.ts'

export const { GET, POST, PUT, PATCH, DELETE } = defineMethods({
  GET: defineRoute(
    { permission: 'settings:read', params: idParamsSchema, actor: (request) => actorFromSession(request.headers) },
    async ({ grant, params }) => {
      const rehearsal = await findRehearsal(grant, params.id)
      if (!rehearsal) throw new RequestError('not_found', apiMessages.notFound)
      const { done, total, finished, result, failure } = rehearsal
      return json({ done, total, finished, result, failure })
    },
  ),
})
