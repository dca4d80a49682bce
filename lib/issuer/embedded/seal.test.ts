import { describe, expect, it } from 'vitest'
import { openSecret, sealSecret } from './seal.ts'

const secret = Buffer.from('a private key')

describe('sealing', () => {
  it('gives back what was sealed, and never the same blob twice', async () => {
    const [one, two] = await Promise.all([sealSecret(secret, 'passphrase', 'ca/key'), sealSecret(secret, 'passphrase', 'ca/key')])
    expect(one.equals(two)).toBe(false)
    expect(one.includes(secret)).toBe(false)
    expect(await openSecret(one, 'passphrase', 'ca/key')).toEqual(secret)
  })

  it('says which variable is wrong when the passphrase is', async () => {
    const sealed = await sealSecret(secret, 'passphrase', 'ca/key')
    await expect(openSecret(sealed, 'Passphrase', 'ca/key')).rejects.toMatchObject({
      code: 'wrong_passphrase',
      message: 'CA_KEY_PASSPHRASE does not open the key ca/key: give the worker the passphrase this CA was made with.',
    })
  })

  it('refuses a blob under another label, so that keys cannot change places', async () => {
    const sealed = await sealSecret(secret, 'passphrase', 'ca/root-key')
    await expect(openSecret(sealed, 'passphrase', 'ca/issuing-key')).rejects.toMatchObject({ code: 'wrong_passphrase' })
  })

  it('refuses a changed, cut or foreign blob, and one that asks for gigabytes', async () => {
    const sealed = await sealSecret(secret, 'passphrase', 'l')
    const changed = Buffer.from(sealed)
    changed[changed.length - 1] = (changed[changed.length - 1] as number) ^ 1
    await expect(openSecret(changed, 'passphrase', 'l')).rejects.toMatchObject({ code: 'wrong_passphrase' })
    const greedy = Buffer.from(sealed)
    greedy[4] = 31
    for (const bad of [greedy, sealed.subarray(0, 20), Buffer.alloc(100), Buffer.alloc(0)])
      await expect(openSecret(bad, 'passphrase', 'l')).rejects.toMatchObject({ code: 'sealed_damaged' })
  })
})
