import { describe, expect, it } from 'vitest'
import { scrub } from './log.ts'

describe('a finished log line', () => {
  it.each([
    ['an offer', 'opened com.nexusgroup.plugout:///?url=http%3a%2f%2fh&token=1631eca2-55e4 now', '1631eca2'],
    ['a database password', 'connect postgresql://certdesk_web:s3cr3t@127.0.0.1:5432/x failed', 's3cr3t'],
    ['a bearer token', '{"authorization":"Bearer cdk_o0ipucAX1VU_FtTObJsFkumlnKiG"}', 'o0ipucAX1VU'],
    ['Basic auth', 'Basic aGVybW9kOmNhbGxiYWNrLXNlY3JldA== refused', 'aGVybW9k'],
    ['a one-time link', 'GET /enroll/3kTn8LQm0Zx9aBcDeFgHiJkL 200', '3kTn8LQm0Zx9'],
  ])('does not carry %s', (_, line, secret) => {
    expect(scrub(line)).not.toContain(secret)
  })

  it('is left as it was otherwise', () => {
    const line =
      '{"level":"info","url":"http://localhost:3000/enrollments/01a20bc4-2958-7432-a8de-354598ac1b6f","msg":"Basic check passed"}'
    expect(scrub(line)).toBe(line)
  })
})
