import { describe, expect, it } from 'vitest'
import { fieldErrors } from '#lib/http/translate-error.ts'
import { FIRST_DEFINITION, toDraft, toForm } from './_components/draft.ts'
import { profileForm } from './schema.ts'

const ISSUER = '6a1f2f4e-2f0c-4a46-9a53-0d8c9f4e0c11'
const start = { name: 'Staff', title: 'Staff', issuerId: ISSUER, definition: FIRST_DEFINITION }
type Draft = ReturnType<typeof toDraft>

function fieldsOf(over: (draft: Draft) => Partial<Draft>): Record<string, string> {
  const draft = toDraft(start)
  const parsed = profileForm.safeParse(toForm({ ...draft, ...over(draft) }, null))
  return parsed.success ? {} : fieldErrors(parsed.error)
}

describe('the profile form', () => {
  it('gives back the definition it began with', () => {
    expect(profileForm.parse(toForm(toDraft(start), null))).toEqual({ existing: null, ...start })
  })

  it.each<[string, (draft: Draft) => Partial<Draft>]>([
    ['title', () => ({ title: ' ' })],
    ['name', () => ({ name: 'a\u0000b' })],
    ['issuerId', () => ({ issuerId: '' })],
    ['definition.servername', () => ({ servername: '' })],
    ['definition.servername', () => ({ servername: 'a\u0007b' })],
    [
      'definition.subject.0.value',
      ({ subject }) => ({ subject: subject.with(0, { uid: 0, type: 'O', value: ' ', required: true }) }),
    ],
    ['definition.keys.0.keyid', ({ keys: [key] }) => ({ keys: key ? [{ ...key, keyid: 'Signer' }] : [] })],
    ['definition.keys.0.keyTypes', ({ keys: [key] }) => ({ keys: key ? [{ ...key, keyTypes: [] }] : [] })],
    ['definition.keys', ({ keys: [key] }) => ({ keys: key ? [key, key] : [] })],
    ['definition.keys.0.keyUsage', ({ keys: [key] }) => ({ keys: key ? [{ ...key, own: true, keyUsage: [] }] : [] })],
    ['definition.certificate.validityDays', () => ({ validityDays: 'a year' })],
    ['definition.certificate.validityDays', () => ({ validityDays: '0' })],
    ['definition.certificate.keyUsage', () => ({ keyUsage: [] })],
    ['definition.certificate.policies', () => ({ policies: '1.2.3\nanyPolicy' })],
    ['definition.offerTimeoutS', () => ({ offerTimeoutS: '9999' })],
    ['definition.deliveryTimeoutS', () => ({ deliveryTimeoutS: '1' })],
  ])('says what is wrong at %s, in a sentence', (path, over) => {
    const fields = fieldsOf(over)
    expect(Object.keys(fields)).toEqual([path])
    expect(fields[path]).toMatch(/^(?!.*(expected|Invalid|Too (small|big))).+[.a-z]$/)
  })

  it('takes nothing that the form does not have', () => {
    const form = toForm(toDraft(start), null)
    expect(profileForm.safeParse({ ...form, enabled: true }).success).toBe(false)
    expect(profileForm.safeParse({ ...form, definition: { ...(form.definition as object), more: 1 } }).success).toBe(false)
    for (const odd of [null, [], 'x', 1n, undefined]) expect(profileForm.safeParse(odd).success).toBe(false)
  })
})
