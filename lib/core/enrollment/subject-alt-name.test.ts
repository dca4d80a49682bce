import { describe, expect, it } from 'vitest'
import { keyUsageForKey } from '../x509/extensions.ts'
import { renderSubjectAltName } from './subject-alt-name.ts'

const user = {
  userid: 'asa.oberg',
  name: 'Åsa Öberg',
  email: 'asa@example.test',
  department: null,
  attributes: { UPN: 'åsa.öberg@corp.example' },
}
const both = { subjectAltNameEmail: true, subjectAltNameUpn: '{attributes.UPN}' }

describe('alternative names', () => {
  it('are the address and the user principal name, where the profile asks for them', () => {
    expect(renderSubjectAltName(both, user)).toEqual({
      ok: true,
      email: 'asa@example.test',
      upn: 'åsa.öberg@corp.example',
      problems: [],
    })
    expect(renderSubjectAltName({ subjectAltNameEmail: false, subjectAltNameUpn: null }, user)).toMatchObject({
      ok: true,
      email: null,
      upn: null,
    })
    expect(renderSubjectAltName({ ...both, subjectAltNameUpn: '{userid}@corp.example' }, user).upn).toBe('asa.oberg@corp.example')
  })

  it('do without an address that the user does not have', () => {
    for (const email of [null, '', '  '])
      expect(renderSubjectAltName(both, { ...user, email })).toMatchObject({ ok: true, email: null })
  })

  it.each([
    ['åsa@example.test', 'åsa@example.test'],
    ['asa@exämple.test', 'asa@exämple.test'],
    ['asa at example.test', 'plain ASCII'],
    ['asa@a@b', 'plain ASCII'],
  ])('never carry the address %s, and say so', (email, words) => {
    const rendered = renderSubjectAltName(both, { ...user, email })
    expect(rendered).toMatchObject({ ok: false, email: null, upn: user.attributes.UPN })
    expect(rendered.problems).toEqual([expect.stringContaining(words)])
  })

  it.each([
    [{}, 'no attribute “UPN”'],
    [{ UPN: '   ' }, 'no attribute “UPN”'],
    [{ UPN: 'asa' }, 'must look like'],
    [{ UPN: 'a b@corp.example' }, 'must look like'],
    [{ UPN: 'a@b@corp.example' }, 'must look like'],
    [{ UPN: 'a\u0000@corp.example' }, 'must look like'],
    [{ UPN: `${'a'.repeat(191)}@corp.example` }, '…'],
  ] as [Record<string, string>, string][])(
    'need a user principal name where the profile asks for one: %j',
    (attributes, words) => {
      const rendered = renderSubjectAltName(both, { ...user, attributes })
      expect(rendered).toMatchObject({ ok: false, upn: null })
      expect(rendered.problems).toEqual([expect.stringContaining(words)])
    },
  )

  it('name the administrator when the template is wrong', () => {
    const { problems } = renderSubjectAltName({ ...both, subjectAltNameUpn: '{upn}' }, user)
    expect(problems).toEqual([expect.stringMatching(/\{upn\}.*administrator/)])
  })
})

describe('key usage', () => {
  it('is what the kind of key can do: an EC key agrees, an RSA key enciphers', () => {
    const wanted = ['digitalSignature', 'keyEncipherment'] as const
    expect(keyUsageForKey(wanted, 'ec')).toEqual(['digitalSignature', 'keyAgreement'])
    expect(keyUsageForKey(wanted, 'rsa')).toEqual(wanted)
    expect(keyUsageForKey(['keyEncipherment', 'keyAgreement'], 'rsa')).toEqual(['keyEncipherment'])
  })
})
