/** This process answers. Nothing else is asked and nothing is told: no version, no names. */
export async function GET(): Promise<Response> {
  return new Response('{"status":"ok"}', { headers: { 'content-type': 'application/json', 'cache-control': 'no-store' } })
}
