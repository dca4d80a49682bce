/** An enrolment as its page shows it, for react-query: read again whenever the live stream says "changed". */

import { idParamsSchema } from '#app/api/v1/schemas.ts'
import { actorFromSession } from '#lib/auth/actor.ts'
import { defineMethods, defineRoute, json } from '#lib/auth/api-route.ts'
import { RequestError } from '#lib/core/errors.ts'
import { getEnrollment } from '#lib/data/enrollments.ts'
import { apiMessages } from '#lib/messages/api.ts'

export const { GET, POST, PUT, PATCH, DELETE } = defineMethods({
  GET: defineRoute(
    { permission: 'enrollment:read', params: idParamsSchema, actor: (request) => actorFromSession(request.headers) },
    async ({ grant, params }) => {
      const enrollment = await getEnrollment(grant, params.id)
      if (!enrollment) throw new RequestError('not_found', apiMessages.notFound)
      return json(enrollment)
    },
  ),
})
