import { defineMethods, defineRoute, json } from '#lib/auth/api-route.ts'
import { askCaAgain } from '#lib/workflows/ask-ca-again.ts'
import { idParamsSchema } from '../../../schemas.ts'
import { readEnrollment } from '../../read-enrollment.ts'

export const { GET, POST, PUT, PATCH, DELETE } = defineMethods({
  POST: defineRoute({ permission: 'enrollment:manage', params: idParamsSchema }, async ({ grant, params }) => {
    await askCaAgain(grant, params.id)
    return json(await readEnrollment(grant.actor, params.id))
  }),
})
