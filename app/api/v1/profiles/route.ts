import { defineMethods, defineRoute, json } from '#lib/auth/api-route.ts'
import { listProfiles } from '#lib/data/profiles.ts'
import { profileShape } from '../shapes.ts'

export const { GET, POST, PUT, PATCH, DELETE } = defineMethods({
  GET: defineRoute({ permission: 'profile:read' }, async ({ grant }) =>
    json({ items: (await listProfiles(grant)).map(profileShape) }),
  ),
})
