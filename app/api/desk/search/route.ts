/** What the search box on every page finds: people, phones, serial numbers, e-mails, enrolment ids. */
import { z } from 'zod'
import { actorFromSession } from '#lib/auth/actor.ts'
import { defineMethods, defineRoute, json } from '#lib/auth/api-route.ts'
import { searchEverything } from '#lib/data/search.ts'

const query = z.strictObject({ q: z.string().trim().max(200) })

export const { GET, POST, PUT, PATCH, DELETE } = defineMethods({
  GET: defineRoute(
    { permission: 'user:read', query, actor: (request) => actorFromSession(request.headers) },
    async ({ grant, query: { q } }) => json({ items: q === '' ? [] : await searchEverything(grant, q) }),
  ),
})
