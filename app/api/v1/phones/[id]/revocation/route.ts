import { defineMethods, defineRoute, json } from '#lib/auth/api-route.ts'
import { authorize } from '#lib/auth/permissions.ts'
import { hasPhone } from '#lib/data/phones.ts'
import { requestRevocations } from '#lib/workflows/request-revocation.ts'
import { found } from '../../../found.ts'
import { idParamsSchema, revocationSchema } from '../../../schemas.ts'

// The lost phone is what people call about. 202: the wishes are written down; the worker makes them true.
export const { GET, POST, PUT, PATCH, DELETE } = defineMethods({
  POST: defineRoute(
    { permission: 'certificate:revoke', params: idParamsSchema, body: revocationSchema },
    async ({ grant, params, body }) => {
      found((await hasPhone(authorize(grant.actor, 'user:read'), params.id)) || null)
      return json(await requestRevocations(grant, { phoneId: params.id }, body), { status: 202 })
    },
  ),
})
