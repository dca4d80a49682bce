import { defineMethods, defineRoute, json } from '#lib/auth/api-route.ts'
import { listCertificates } from '#lib/data/certificates.ts'
import { certificateQuerySchema } from '../schemas.ts'
import { certificateShape, pageShape } from '../shapes.ts'

export const { GET, POST, PUT, PATCH, DELETE } = defineMethods({
  GET: defineRoute({ permission: 'certificate:read', query: certificateQuerySchema }, async ({ grant, query }) =>
    json(pageShape(await listCertificates(grant, query), certificateShape)),
  ),
})
