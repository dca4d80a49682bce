import { describe, expect, it } from 'vitest'
import { contentSecurityPolicy, type PolicyInput } from './content-security-policy.ts'

const policy = (over: Partial<PolicyInput> = {}) => {
  const text = contentSecurityPolicy({ nonce: 'n0nce', development: false, https: true, connect: [], ...over })
  return new Map(text.split('; ').map((directive) => [directive.split(' ')[0], directive.split(' ').slice(1)]))
}

describe('the policy of a page (F-W13, F-W30)', () => {
  it('runs only scripts with this answer’s nonce, and nothing inline or evaluated', () => {
    expect(policy().get('script-src')).toEqual(["'self'", "'nonce-n0nce'", "'strict-dynamic'"])
    expect(policy().get('default-src')).toEqual(["'none'"])
    expect(policy().get('object-src')).toEqual(["'none'"])
    expect(policy().get('base-uri')).toEqual(["'none'"])
  })
  it('takes no style without the nonce', () => {
    expect(policy().get('style-src')).toEqual(["'self'", "'nonce-n0nce'"])
  })
  it('is framed by nobody and posts and speaks to nobody else', () => {
    expect(policy().get('frame-ancestors')).toEqual(["'none'"])
    expect(policy().get('form-action')).toEqual(["'self'"])
    expect(policy().get('connect-src')).toEqual(["'self'"])
    expect(policy({ connect: ['http://127.0.0.1:20400'] }).get('connect-src')).toEqual(["'self'", 'http://127.0.0.1:20400'])
  })
  it('asks for https only where the portal has it', () => {
    expect(policy().has('upgrade-insecure-requests')).toBe(true)
    expect(policy({ https: false }).has('upgrade-insecure-requests')).toBe(false)
  })
  it('is laxer for the development server, in what that needs', () => {
    expect(policy({ development: true }).get('script-src')).toContain("'unsafe-eval'")
    expect(policy({ development: true }).get('script-src')).not.toContain("'unsafe-inline'")
  })
})
