import { defineMethods, defineRoute, json } from '#lib/auth/api-route.ts'
import { idParamsSchema } from '../../schemas.ts'
import { readEnrollment } from '../read-enrollment.ts'

export const { GET, POST, PUT, PATCH, DELETE } = defineMethods({
  GET: defineRoute({ permission: 'enrollment:read', params: idParamsSchema }, async ({ grant, params }) =>
    json(await readEnrollment(grant.actor, params.id)),
  ),
})
