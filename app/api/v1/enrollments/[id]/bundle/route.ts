/** 202 while the worker makes it; then the file. Asking is enough: the wish is written by the first call. */
import { defineMethods, defineRoute } from '#lib/auth/api-route.ts'
import { bundleResponse } from '#lib/http/bundle-response.ts'
import { requestBundle, takeRequestedBundle } from '#lib/workflows/request-bundle.ts'
import { idParamsSchema } from '../../../schemas.ts'

export const { GET, POST, PUT, PATCH, DELETE } = defineMethods({
  GET: defineRoute({ permission: 'enrollment:read', params: idParamsSchema }, async ({ grant, params: { id } }) =>
    bundleResponse((await requestBundle(grant, id)) ? await takeRequestedBundle(grant, id) : null),
  ),
})
