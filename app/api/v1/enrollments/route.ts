import { defineMethods, defineRoute, json } from '#lib/auth/api-route.ts'
import { authorize } from '#lib/auth/permissions.ts'
import { RequestError } from '#lib/core/errors.ts'
import { listEnrollments } from '#lib/data/enrollments.ts'
import { getUser } from '#lib/data/users.ts'
import { apiMessages } from '#lib/messages/api.ts'
import { startEnrollment } from '#lib/workflows/start-enrollment.ts'
import { enrollmentQuerySchema, idempotencyKeySchema, newEnrollmentSchema } from '../schemas.ts'
import { enrollmentRowShape, pageShape } from '../shapes.ts'
import { readEnrollment } from './read-enrollment.ts'

/** Undefined when there is no header. @throws RequestError invalid_input */
function idempotencyKey(request: Request): string | undefined {
  const given = request.headers.get('idempotency-key')
  if (given === null) return undefined
  const parsed = idempotencyKeySchema.safeParse(given)
  if (!parsed.success) throw new RequestError('invalid_input', apiMessages.badIdempotencyKey)
  return parsed.data
}

export const { GET, POST, PUT, PATCH, DELETE } = defineMethods({
  GET: defineRoute(
    { permission: 'enrollment:read', query: enrollmentQuerySchema },
    async ({ grant, query: { userid, ...query } }) => {
      const user = userid === undefined ? undefined : await getUser(authorize(grant.actor, 'user:read'), userid)
      if (user === null) return json({ items: [], nextCursor: null, total: 0 })
      return json(pageShape(await listEnrollments(grant, { ...query, userId: user?.id }), enrollmentRowShape))
    },
  ),
  POST: defineRoute({ permission: 'enrollment:manage', body: newEnrollmentSchema }, async ({ grant, body, request }) => {
    const key = idempotencyKey(request)
    const { id } = await startEnrollment(grant, { userid: body.userid, profileName: body.profile, idempotencyKey: key })
    return json(await readEnrollment(grant.actor, id), { status: 201, headers: { location: `/api/v1/enrollments/${id}` } })
  }),
})
