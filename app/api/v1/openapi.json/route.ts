import { openApiDocument } from '../openapi.ts'

/** Public: it says nothing that the interface's documentation does not. */
export async function GET(): Promise<Response> {
  return new Response(JSON.stringify(openApiDocument()), {
    headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' },
  })
}
