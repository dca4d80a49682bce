import { defineMethods, defineRoute, json } from '#lib/auth/api-route.ts'
import { getUser } from '#lib/data/users.ts'
import { found } from '../../found.ts'
import { useridParamsSchema } from '../../schemas.ts'
import { userDetailShape } from '../../shapes.ts'

export const { GET, POST, PUT, PATCH, DELETE } = defineMethods({
  GET: defineRoute({ permission: 'user:read', params: useridParamsSchema }, async ({ grant, params }) =>
    json(userDetailShape(found(await getUser(grant, params.userid)))),
  ),
})
