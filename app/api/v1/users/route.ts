import { defineMethods, defineRoute, json } from '#lib/auth/api-route.ts'
import { createUser, listUsers } from '#lib/data/users.ts'
import { newUserSchema, userQuerySchema } from '../schemas.ts'
import { pageShape, userShape } from '../shapes.ts'

export const { GET, POST, PUT, PATCH, DELETE } = defineMethods({
  GET: defineRoute({ permission: 'user:read', query: userQuerySchema }, async ({ grant, query }) =>
    json(pageShape(await listUsers(grant, query), userShape)),
  ),
  POST: defineRoute({ permission: 'user:manage', body: newUserSchema }, async ({ grant, body }) => {
    const user = await createUser(grant, body)
    return json(userShape(user), { status: 201, headers: { location: `/api/v1/users/${encodeURIComponent(user.userid)}` } })
  }),
})
