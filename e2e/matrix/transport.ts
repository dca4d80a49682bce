/** F-S12 to F-S14 and the sizes of F-O18: what is refused before anything is read. Nothing of it may leave a trace but in logs. */
import { gzipSync } from 'node:zlib'

export interface TransportCase {
  id: string
  title: string
  status: number
  method: string
  /** After /hermod/callback. */
  path: string
  headers: Record<string, string>
  /** "good": the right credentials; null: none. */
  auth: 'good' | null | { raw: string }
  body: (() => Uint8Array | string) | 'never ends' | null
}

type Over = Partial<Omit<TransportCase, 'id' | 'title' | 'status'>>
const JSON_TYPE = { 'content-type': 'application/json' }
const one = (id: string, title: string, status: number, over: Over = {}): TransportCase => ({
  id,
  title,
  status,
  method: 'POST',
  path: '/provision',
  headers: JSON_TYPE,
  auth: 'good',
  body: () => '{}',
  ...over,
})

const basic = (text: string): { raw: string } => ({ raw: `Basic ${Buffer.from(text).toString('base64')}` })
const type = (contentType: string, more: Record<string, string> = {}): Over => ({
  headers: { 'content-type': contentType, ...more },
})
/** 10 MB in 10 kB. */
const bomb = (): Uint8Array => gzipSync(Buffer.alloc(10_000_000))

export const TRANSPORT_CASES: readonly TransportCase[] = [
  one('F-S12', 'no credentials', 401, { auth: null }),
  one('F-S12', 'the scheme alone', 401, { auth: { raw: 'Basic' } }),
  one('F-S12', 'another password', 401, { auth: basic('hermod:wrong') }),
  one('F-S12', 'the password with a letter more', 401, { auth: basic('hermod:callback-secret ') }),
  one('F-S12', 'the beginning of the password', 401, { auth: basic('hermod:callback') }),
  one('F-S12', 'no password', 401, { auth: basic('hermod:') }),
  one('F-S12', 'another client', 401, { auth: basic('portal2:callback-secret') }),
  one('F-S12', 'the client in capitals', 401, { auth: basic('HERMOD:callback-secret') }),
  one('F-S12', 'no colon', 401, { auth: basic('hermodcallback-secret') }),
  one('F-S12', 'no base64', 401, { auth: { raw: 'Basic hermod:callback-secret' } }),
  one('F-S12', 'a token', 401, { auth: { raw: 'Bearer x' } }),
  one('F-S12', 'credentials of 7 kB', 401, { auth: { raw: `Basic ${'A'.repeat(7_000)}` } }),
  ...['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'].map((method) =>
    one('F-S13', `by ${method}`, 405, { method, ...(method === 'GET' || method === 'HEAD' ? { body: null } : {}) }),
  ),
  one('F-S13', 'text/plain', 415, type('text/plain')),
  one('F-S13', 'no content type', 415, { headers: {} }),
  one('F-S13', 'the type of a form', 415, type('application/x-www-form-urlencoded')),
  one('F-S13', 'multipart', 415, type('multipart/form-data; boundary=x')),
  one('F-S13', 'a type that only begins like JSON', 415, type('application/jsonx')),
  one('F-S13', 'JSON of a type of its own', 415, type('application/json-seq')),
  one('F-S13', 'gzip, a bomb', 415, { ...type('application/json', { 'content-encoding': 'gzip' }), body: bomb }),
  one('F-S13', 'brotli', 415, type('application/json', { 'content-encoding': 'br' })),
  one('F-S13', '64 KiB and one octet', 413, { body: () => Buffer.alloc(65_537, ' ') }),
  one('F-S13', 'a body that never ends', 413, { body: 'never ends' }),
  one('F-C17', '5 MB', 413, { body: () => Buffer.alloc(5_000_000, ' ') }),
  one('F-O18', 'a header of 1 MiB', 413, { body: () => `{"data":"${'A'.repeat(1_398_102)}"}` }),
  one('F-O18', 'a body of 10^6 members', 413, { body: () => `{${'"a":0,'.repeat(1_000_000)}"b":0}` }),
  one('F-O18', '200 000 levels', 413, { body: () => '['.repeat(200_000) }),
  ...[
    '/nope',
    '/provision/',
    '/hermod/callback/provision',
    '/Provision',
    '/PROVISION',
    '/provision/x',
    '/provision%2F',
    '/provision%2Fx',
    '/%70rovision/x',
    '/provision%00',
    '/..%2Fprovision',
    '/provision;x',
  ].map((path) => one('F-S14', `path ${path}`, 404, { path })),
]
