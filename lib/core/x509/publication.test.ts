import { describe, expect, it } from 'vitest'
import { type PublishedKind, parsePublishedName, publishedName, publishedUrl } from './publication.ts'

describe('published names', () => {
  it.each<[string, PublishedKind]>([
    ['certdesk-issuing-ca.crl', 'crl'],
    ['certdesk-issuing-ca.cer', 'certificate'],
    ['certdesk-issuing-ca.pem', 'certificate-pem'],
    ['certdesk-issuing-ca-root.crl', 'root-crl'],
    ['certdesk-issuing-ca-root.cer', 'root-certificate'],
    ['certdesk-issuing-ca-root.pem', 'root-certificate-pem'],
    ['certdesk-issuing-ca-chain.pem', 'chain-pem'],
  ])('%s is the %s, both ways', (file, kind) => {
    expect(parsePublishedName(file)).toEqual({ issuer: 'certdesk-issuing-ca', kind })
    expect(publishedName('certdesk-issuing-ca', kind)).toBe(file)
  })

  it.each([
    '',
    '.crl',
    'x',
    'x.txt',
    'x.CRL',
    'X.crl',
    '../x.crl',
    'x/y.crl',
    'x.crl/',
    'x%2e.crl',
    '-root.crl',
    'x-root-root.crl',
    `${'x'.repeat(64)}.crl`,
  ])('%j names nothing', (file) => {
    expect(parsePublishedName(file)).toBeNull()
  })

  it('makes addresses without a double slash', () => {
    expect(publishedUrl('https://desk.example/', 'ca', 'crl')).toBe('https://desk.example/pki/ca.crl')
  })
})
