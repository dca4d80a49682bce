/** A test of a connection as far as it has come, for whoever looks on. */
import { idParamsSchema } from '#app/api/v1/schemas.ts'
import { actorFromSession } from '#lib/auth/actor.ts'
import { defineMethods, defineRoute, json } from '#lib/auth/api-route.ts'
import { RequestError } from '#lib/core/errors.ts'
import { findConnectionTest } from '#lib/data/connection-tests.ts'
import { apiMessages } from '#lib/messages/api.ts'

export const { GET, POST, PUT, PATCH, DELETE } = defineMethods({
  GET: defineRoute(
    { permission: 'settings:read', params: idParamsSchema, actor: (request) => actorFromSession(request.headers) },
    async ({ grant, params }) => {
      const test = await findConnectionTest(grant, params.id)
      if (!test) throw new RequestError('not_found', apiMessages.notFound)
      return json(test)
    },
  ),
})
