/**
 * The certificate as a file: PEM, DER, or PEM with the chain up to the root. The file's name is made of the login and the serial number,
 * both of which are plain ASCII by the database's own rules; nothing that a person wrote goes into a header (F-W15).
 */
import { z } from 'zod'
import { actorFromSession } from '#lib/auth/actor.ts'
import { defineMethods, defineRoute } from '#lib/auth/api-route.ts'
import { RequestError } from '#lib/core/errors.ts'
import { getCertificate } from '#lib/data/certificates.ts'
import { apiMessages } from '#lib/messages/api.ts'

const params = z.object({ id: z.uuid() })
const query = z.strictObject({ format: z.enum(['pem', 'der', 'chain']).default('pem') })

const FILES = {
  pem: { type: 'application/x-pem-file', ending: '.pem' },
  der: { type: 'application/pkix-cert', ending: '.cer' },
  chain: { type: 'application/x-pem-file', ending: '-chain.pem' },
} as const

const derOf = (pem: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.from(pem.replace(/-----[A-Z ]+-----/g, ''), 'base64'))

export const { GET, POST, PUT, PATCH, DELETE } = defineMethods({
  GET: defineRoute(
    { permission: 'certificate:read', params, query, actor: (request) => actorFromSession(request.headers) },
    async ({ grant, params: { id }, query: { format } }) => {
      const certificate = await getCertificate(grant, id)
      if (!certificate?.pem) throw new RequestError('not_found', apiMessages.notFound)
      const { type, ending } = FILES[format]
      const name = `${certificate.user.userid.replace(/[^A-Za-z0-9._-]/g, '_')}-${certificate.serialNumber}${ending}`
      const body =
        format === 'der'
          ? derOf(certificate.pem)
          : format === 'pem'
            ? certificate.pem
            : [certificate.pem, ...certificate.chainPem].join('')
      return new Response(body, {
        headers: {
          'content-type': type,
          'content-disposition': `attachment; filename="${name}"`,
          'cache-control': 'private, no-store',
        },
      })
    },
  ),
})
