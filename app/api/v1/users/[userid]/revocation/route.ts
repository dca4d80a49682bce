import { defineMethods, defineRoute, json } from '#lib/auth/api-route.ts'
import { authorize } from '#lib/auth/permissions.ts'
import { getUser } from '#lib/data/users.ts'
import { requestRevocations } from '#lib/workflows/request-revocation.ts'
import { found } from '../../../found.ts'
import { revocationSchema, useridParamsSchema } from '../../../schemas.ts'

// 202: the wishes are written down; the worker makes them true.
export const { GET, POST, PUT, PATCH, DELETE } = defineMethods({
  POST: defineRoute(
    { permission: 'certificate:revoke', params: useridParamsSchema, body: revocationSchema },
    async ({ grant, params, body }) => {
      const user = found(await getUser(authorize(grant.actor, 'user:read'), params.userid))
      return json(await requestRevocations(grant, { userId: user.id }, body), { status: 202 })
    },
  ),
})
