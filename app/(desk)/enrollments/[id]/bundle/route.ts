/** The evidence bundle as a file, written down in the audit; with ?standing=1 only whether it is made. Asked for by requestBundleAction. */
import { z } from 'zod'
import { actorFromSession } from '#lib/auth/actor.ts'
import { defineMethods, defineRoute, json } from '#lib/auth/api-route.ts'
import { bundleResponse } from '#lib/http/bundle-response.ts'
import { isBundleMade, takeRequestedBundle } from '#lib/workflows/request-bundle.ts'

export const { GET, POST, PUT, PATCH, DELETE } = defineMethods({
  GET: defineRoute(
    {
      permission: 'enrollment:read',
      params: z.object({ id: z.uuid() }),
      query: z.strictObject({ standing: z.literal('1').optional() }),
      actor: (request) => actorFromSession(request.headers),
    },
    async ({ grant, params: { id }, query: { standing } }) =>
      standing ? json({ made: await isBundleMade(grant, id) }) : bundleResponse(await takeRequestedBundle(grant, id)),
  ),
})
