import { describe, expect, it } from 'vitest'
import { renderSubject, type SubjectTemplate, type SubjectUser } from './subject.ts'

const user: SubjectUser = {
  userid: 'asa.oberg',
  name: 'Åsa Öberg',
  email: 'asa@example.test',
  department: null,
  attributes: { C: 'SE', O: 'Example AB' },
}
const template: SubjectTemplate = [
  { type: 'C', value: '{attributes.C}', required: true },
  { type: 'O', value: '{attributes.O}', required: true },
  { type: 'OU', value: '{department}', required: false },
  { type: 'CN', value: '{name}', required: true },
  { type: 'emailAddress', value: '{email}', required: false },
]

describe('subject from template and user', () => {
  it('renders in the template’s order and leaves out what is missing and not required', () => {
    const { ok, text, problems } = renderSubject(template, user)
    expect({ ok, text, problems }).toEqual({
      ok: true,
      text: 'CN=Åsa Öberg, O=Example AB, C=SE, emailAddress=asa@example.test',
      problems: [],
    })
  })

  it('the same user renders to the same bytes, however his name is composed', () => {
    const decomposed = { ...user, name: user.name.normalize('NFD') }
    expect(renderSubject(template, decomposed).der).toEqual(renderSubject(template, user).der)
  })

  it.each<[string, Partial<SubjectUser>, RegExp]>([
    ['required and missing', { attributes: { O: 'Example AB' } }, /needs the country \(C\), but the user has no attribute “C”/],
    ['too long', { name: 'x'.repeat(65) }, /has 65 characters; a certificate holds at most 64/],
    ['wrong length', { attributes: { ...user.attributes, C: 'SWE' } }, /must have exactly 2/],
    ['not encodable', { email: 'åsa@example.test' }, /cannot carry/],
    ['reversed text', { name: 'a\u202eb' }, /cannot carry/],
  ])('says what is wrong: %s', (_name, change, sentence) => {
    const { ok, problems } = renderSubject(template, { ...user, ...change })
    expect(ok).toBe(false)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(sentence)
  })

  it('half a value is none: a pattern with a missing part is left out', () => {
    const { text } = renderSubject([...template, { type: 'UID', value: '{userid} of {department}', required: false }], user)
    expect(text).not.toContain('UID')
  })

  it('a template that names nothing known is the administrator’s to mend', () => {
    expect(renderSubject([{ type: 'CN', value: '{nickname}', required: true }], user).problems[0]).toMatch(
      /\{nickname\}.*administrator/,
    )
    expect(renderSubject([{ type: 'CN', value: '{attributes.constructor}', required: true }], user).ok).toBe(false)
  })

  it('an empty subject is no subject', () => {
    expect(renderSubject([{ type: 'OU', value: '{department}', required: false }], user)).toMatchObject({ ok: false, text: '' })
  })

  it('braces in a user’s own name are text', () => {
    expect(renderSubject([{ type: 'CN', value: '{name}', required: true }], { ...user, name: '{userid}' }).text).toBe(
      'CN={userid}',
    )
  })
})
