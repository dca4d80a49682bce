import { defineMethods, defineRoute, json } from '#lib/auth/api-route.ts'
import { getCertificate } from '#lib/data/certificates.ts'
import { found } from '../../found.ts'
import { idParamsSchema } from '../../schemas.ts'
import { certificateDetailShape } from '../../shapes.ts'

export const { GET, POST, PUT, PATCH, DELETE } = defineMethods({
  GET: defineRoute({ permission: 'certificate:read', params: idParamsSchema }, async ({ grant, params }) =>
    json(certificateDetailShape(found(await getCertificate(grant, params.id)))),
  ),
})
