import { describe, expect, it } from 'vitest'
import { parseIssuerConfig } from './index.ts'

const CONFIGS = {
  est: { url: 'https://ca.example', tlsCa: null, anchorSha256: 'ab'.repeat(32), basicUser: null, clientCertificate: null },
  scep: {
    url: 'http://ca.example/scep',
    tlsCa: null,
    anchorSha256: 'ab'.repeat(32),
    caIdentifier: null,
    raCertificate: null,
    messageType: 'PKCSReq',
    legacyAlgorithms: false,
    timeoutMs: 8_000,
  },
} as const

describe.each(['est', 'scep'] as const)('subject of a certificate from a CA by %s', (kind) => {
  it('stored before there was a choice: exact', () => {
    expect(parseIssuerConfig(kind, CONFIGS[kind]).subject).toBe('exact')
  })

  it('is one of two, and no other', () => {
    for (const subject of ['exact', 'equivalent'] as const)
      expect(parseIssuerConfig(kind, { ...CONFIGS[kind], subject }).subject).toBe(subject)
    for (const subject of ['any', '', null]) expect(() => parseIssuerConfig(kind, { ...CONFIGS[kind], subject })).toThrow()
  })
})
