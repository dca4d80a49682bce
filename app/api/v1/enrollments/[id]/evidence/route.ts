import { defineMethods, defineRoute, json } from '#lib/auth/api-route.ts'
import { getEnrollment } from '#lib/data/enrollments.ts'
import { found } from '../../../found.ts'
import { idParamsSchema } from '../../../schemas.ts'
import { evidenceShape } from '../../../shapes.ts'

export const { GET, POST, PUT, PATCH, DELETE } = defineMethods({
  GET: defineRoute({ permission: 'enrollment:read', params: idParamsSchema }, async ({ grant, params }) =>
    json(evidenceShape(found(await getEnrollment(grant, params.id)))),
  ),
})
