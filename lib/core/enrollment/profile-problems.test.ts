import { describe, expect, it } from 'vitest'
import { type ProfileDefinition, profileDefinitionSchema } from './profile.ts'
import { changeToText, findProfileChanges } from './profile-changes.ts'
import { findProfileProblems, isProfileError } from './profile-problems.ts'

const NOW = new Date('2026-03-01T12:00:00Z')
const CA = { notAfter: new Date('2030-01-01T00:00:00Z') }

const certificate: ProfileDefinition['certificate'] = {
  validityDays: 365,
  keyUsage: ['digitalSignature'],
  extendedKeyUsage: ['clientAuth'],
  subjectAltNameEmail: false,
  subjectAltNameUpn: null,
  policies: [],
}
const good = (over: Partial<ProfileDefinition> = {}): ProfileDefinition =>
  profileDefinitionSchema.parse({
    servername: 'Test',
    attestationKeySet: 'ATTESTATION',
    subject: [{ type: 'CN', value: '{name}', required: true }],
    keys: [{ keyid: 'signer', usage: 'SIG', keyTypes: ['RSA-2048'] }],
    certificate,
    offerTimeoutS: 300,
    deliveryTimeoutS: 300,
    approval: false,
    confirmation: false,
    ...over,
  })
const key = (over: object) => ({ keyid: 'signer', usage: 'SIG' as const, keyTypes: ['RSA-2048' as const], ...over })
const found = (over: Partial<ProfileDefinition>, issuer = CA as { notAfter: Date | null }) =>
  findProfileProblems(good(over), issuer, NOW).map(
    (problem) => `${problem.path}: ${problem.code}${isProfileError(problem) ? '!' : ''}`,
  )

describe('what is wrong with a profile', () => {
  it('is nothing where everything fits', () => expect(found({})).toEqual([]))

  it.each<[string, Partial<ProfileDefinition>]>([
    ['subject.0.value: template_unknown!', { subject: [{ type: 'CN', value: '{nme}', required: true }] }],
    ['subject.0.value: template_unknown!', { subject: [{ type: 'CN', value: '{name', required: true }] }],
    ['subject.0.value: template_unfit!', { subject: [{ type: 'C', value: 'Sweden', required: true }] }],
    ['subject: subject_optional', { subject: [{ type: 'CN', value: '{name}', required: false }] }],
    [
      'certificate.keyUsage: rsa_key_agreement!',
      { certificate: { ...certificate, keyUsage: ['digitalSignature', 'keyAgreement'] } },
    ],
    ['certificate.keyUsage: client_auth_signature', { certificate: { ...certificate, keyUsage: ['nonRepudiation'] } }],
    ['certificate.subjectAltNameUpn: upn_missing!', { certificate: { ...certificate, extendedKeyUsage: ['smartcardLogon'] } }],
    ['certificate.subjectAltNameUpn: upn_missing!', { keys: [key({ extendedKeyUsage: ['smartcardLogon'] })] }],
    ['certificate.subjectAltNameUpn: template_unknown!', { certificate: { ...certificate, subjectAltNameUpn: '{upn}' } }],
    [
      'certificate.subjectAltNameEmail: email_missing',
      { certificate: { ...certificate, extendedKeyUsage: ['emailProtection'] } },
    ],
    ['certificate.validityDays: validity_beyond_ca!', { certificate: { ...certificate, validityDays: 3650 } }],
  ])('%s', (problem, over) => expect(found(over)).toEqual([problem]))

  it('is a key set of which no key counts: told, and not refused, since the key may be imported after it', () => {
    const isTrusted = (set: string) => set === 'ATTESTATION'
    const ofSet = (attestationKeySet: string) => findProfileProblems(good({ attestationKeySet }), CA, NOW, isTrusted)
    expect(ofSet('ATTESTATION')).toEqual([])
    expect(ofSet('OWN')).toEqual([{ code: 'key_set_empty', path: 'attestationKeySet', about: 'OWN' }])
    expect(ofSet('OWN').some(isProfileError)).toBe(false)
  })

  it('is a usage that no kind of the key can have; where one can, the certificate says what its kind can do', () => {
    const usage = { keyUsage: ['digitalSignature' as const, 'keyEncipherment' as const] }
    expect(found({ keys: [key({ keyTypes: ['EC-P384', 'EC-P256'], ...usage })] })).toContain(
      'keys.0.keyUsage: ec_key_encipherment!',
    )
    expect(found({ keys: [key({ keyTypes: ['EC-P256', 'RSA-2048'], ...usage })] })).toEqual([])
  })

  it('is said of what is not documented, and can be saved all the same', () => {
    expect(found({ keys: [key({ keyTypes: ['EC-P256'] })] })).toEqual(['keys.0.keyTypes: key_type_undocumented'])
    expect(found({ keys: [key({ usage: 'AUTH' })] })).toEqual(['keys.0.usage: usage_undocumented'])
    expect(found({ keys: [key({ usage: 'ENC' })] })).toContain('certificate.keyUsage: enc_cannot_decrypt')
    expect(found({ keys: [key({ keyTypes: ['EC-P256', 'RSA-2048'] })] })).toEqual([])
  })

  it('is a CA without a certificate, as long as it has none', () => {
    expect(found({}, { notAfter: null })).toEqual(['issuerId: ca_without_certificate'])
  })

  it('ends on the very day on which the CA ends', () => {
    const ends = (days: number) => new Date(NOW.getTime() + days * 86_400_000)
    expect(found({}, { notAfter: ends(365) })).toEqual([])
    expect(found({}, { notAfter: new Date(ends(365).getTime() - 1) })).toEqual(['certificate.validityDays: validity_beyond_ca!'])
  })
})

describe('what differs between two versions', () => {
  it('is told field by field, a key by its keyid', () => {
    const two = good({ keys: [key({}), key({ keyid: 'auth', usage: 'AUTH' })] })
    const changes = findProfileChanges(two, good({ offerTimeoutS: 60, keys: [key({ keyTypes: ['EC-P256', 'RSA-2048'] })] }))
    expect(changes.map(changeToText)).toEqual([
      'offerTimeoutS: 300 → 60',
      'keys.signer: SIG · RSA-2048 → SIG · EC-P256 > RSA-2048',
      'keys.auth: AUTH · RSA-2048 → –',
    ])
  })

  it('is nothing for the same, and the order of keys where only that is another', () => {
    const keys = [key({}), key({ keyid: 'auth' })]
    expect(findProfileChanges(good({ keys }), good({ keys }))).toEqual([])
    expect(findProfileChanges(good({ keys }), good({ keys: keys.toReversed() })).map(changeToText)).toEqual([
      'keys: signer, auth → auth, signer',
    ])
  })

  it('sees the order of kinds, usages of one key, the subject’s order and what is required', () => {
    const fields = (over: Partial<ProfileDefinition>) => findProfileChanges(good(), good(over)).map(({ field }) => field)
    expect(fields({ keys: [key({ keyUsage: ['digitalSignature'] })] })).toEqual(['keys.signer'])
    expect(fields({ subject: [{ type: 'CN', value: '{name}', required: false }] })).toEqual(['subject'])
    expect(fields({ certificate: { ...certificate, policies: ['1.2.3'] } })).toEqual(['certificate.policies'])
    expect(fields({ monitoredChecks: ['C13'] })).toEqual(['monitoredChecks'])
  })
})
