import { createPrivateKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { credentialLabel, makeSealingKey, openCredential, sealCredential } from './sealed-box.ts'

const worker = makeSealingKey()
const privateKey = createPrivateKey({ key: Buffer.from(worker.privateKey), format: 'der', type: 'pkcs8' })
const label = credentialLabel('a-ca', 'basic-password', 'https://ca.example')
const sealed = sealCredential(Buffer.from('pässword'), worker.publicKey, label)

describe('a credential sealed to the worker', () => {
  it('opens with the worker’s private key', () => {
    expect(openCredential(sealed, privateKey, label).toString()).toBe('pässword')
  })

  it('looks different every time and does not show what is in it', () => {
    expect(sealCredential(Buffer.from('pässword'), worker.publicKey, label).equals(sealed)).toBe(false)
    expect(sealed.includes(Buffer.from('pässword'))).toBe(false)
  })

  it.each([
    ['another issuer', credentialLabel('b-ca', 'basic-password', 'https://ca.example')],
    ['another name', credentialLabel('a-ca', 'client-key', 'https://ca.example')],
    ['another address', credentialLabel('a-ca', 'basic-password', 'https://evil.example')],
  ])('does not open for %s', (_what, other) => {
    expect(() => openCredential(sealed, privateKey, other)).toThrow(expect.objectContaining({ code: 'credential_unreadable' }))
  })

  it('does not open with another key, cut short, or with any octet changed', () => {
    const stranger = createPrivateKey({ key: Buffer.from(makeSealingKey().privateKey), format: 'der', type: 'pkcs8' })
    const refused = expect.objectContaining({ code: 'credential_unreadable' })
    expect(() => openCredential(sealed, stranger, label)).toThrow(refused)
    for (const bad of [sealed.subarray(0, 60), Buffer.alloc(0), Buffer.alloc(200)])
      expect(() => openCredential(bad, privateKey, label)).toThrow(refused)
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(() => openCredential(changed, privateKey, label), `octet ${at}`).toThrow(refused)
    }
  })
})
