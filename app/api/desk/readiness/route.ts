/** Readiness of one person and profile, for the page that starts enrolments: asked again while something is in the way. */
import { z } from 'zod'
import { actorFromSession } from '#lib/auth/actor.ts'
import { defineMethods, defineRoute, json } from '#lib/auth/api-route.ts'
import { previewSubject } from '#lib/workflows/preview-subject.ts'

const query = z.strictObject({ user: z.string().min(1).max(64), profile: z.string().min(1).max(100) })

export const { GET, POST, PUT, PATCH, DELETE } = defineMethods({
  GET: defineRoute(
    { permission: 'enrollment:manage', query, actor: (request) => actorFromSession(request.headers) },
    async ({ grant, query: { user, profile } }) => json(await previewSubject(grant, { userid: user, profileName: profile })),
  ),
})
