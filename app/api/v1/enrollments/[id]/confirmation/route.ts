import { defineMethods, defineRoute, json } from '#lib/auth/api-route.ts'
import { confirmPhone } from '#lib/workflows/confirm-phone.ts'
import { confirmationSchema, idParamsSchema } from '../../../schemas.ts'
import { readEnrollment } from '../../read-enrollment.ts'

export const { GET, POST, PUT, PATCH, DELETE } = defineMethods({
  POST: defineRoute(
    { permission: 'enrollment:manage', params: idParamsSchema, body: confirmationSchema },
    async ({ grant, params: { id }, body }) => {
      await confirmPhone(grant, { id, ...body })
      return json(await readEnrollment(grant.actor, id))
    },
  ),
})
