import { defineMethods, defineRoute, json } from '#lib/auth/api-route.ts'
import { authorize } from '#lib/auth/permissions.ts'
import { getCertificate } from '#lib/data/certificates.ts'
import { requestRelease } from '#lib/workflows/request-revocation.ts'
import { found } from '../../../found.ts'
import { idParamsSchema, releaseSchema } from '../../../schemas.ts'
import { certificateDetailShape } from '../../../shapes.ts'

// 202: the wish is written down; the worker makes it true and publishes the list.
export const { GET, POST, PUT, PATCH, DELETE } = defineMethods({
  POST: defineRoute(
    { permission: 'certificate:revoke', params: idParamsSchema, body: releaseSchema },
    async ({ grant, params, body }) => {
      await requestRelease(grant, { certificateId: params.id, ...body })
      const certificate = found(await getCertificate(authorize(grant.actor, 'certificate:read'), params.id))
      return json(certificateDetailShape(certificate), { status: 202 })
    },
  ),
})
