import { defineMethods, defineRoute, json } from '#lib/auth/api-route.ts'
import { settleConfirmation } from '#lib/workflows/settle-confirmation.ts'
import { confirmationSchema, idParamsSchema } from '../../../schemas.ts'
import { readEnrollment } from '../../read-enrollment.ts'

export const { GET, POST, PUT, PATCH, DELETE } = defineMethods({
  POST: defineRoute(
    { permission: 'enrollment:manage', params: idParamsSchema, body: confirmationSchema },
    async ({ grant, params, body }) => {
      await settleConfirmation(grant, { id: params.id, ...body })
      return json(await readEnrollment(grant.actor, params.id))
    },
  ),
})
