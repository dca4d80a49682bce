/** A bundle on its way out: the file, or, while the worker makes it, the wish to be asked again. */
import { bundleMessages as texts } from '#lib/messages/bundle.ts'
import { attachment } from './attachment.ts'

export function bundleResponse(file: { name: string; title: string; body: string } | null): Response {
  const headers = { 'cache-control': 'private, no-store', 'content-type': 'application/json' }
  if (file === null)
    return new Response(JSON.stringify({ made: false, message: texts.beingMade }), {
      status: 202,
      headers: { ...headers, 'retry-after': '1' },
    })
  return new Response(file.body, { headers: { ...headers, 'content-disposition': attachment(file.name, file.title) } })
}
