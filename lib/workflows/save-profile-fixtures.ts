/** Profiles for the tests of saving them. */
import { type ProfileDefinition, profileDefinitionSchema } from '#lib/core/enrollment/profile.ts'
import type { ProfileToSave } from './save-profile.ts'

export const definition = (over: Partial<ProfileDefinition> = {}): ProfileDefinition =>
  profileDefinitionSchema.parse({
    servername: 'Test',
    attestationKeySet: 'ATTESTATION',
    subject: [{ type: 'CN', value: '{name}', required: true }],
    keys: [
      { keyid: 'sign', usage: 'SIG', keyTypes: ['EC-P256', 'RSA-2048'], extendedKeyUsage: ['emailProtection'] },
      { keyid: 'auth', usage: 'SIG', keyTypes: ['RSA-2048'] },
    ],
    certificate: {
      validityDays: 365,
      keyUsage: ['digitalSignature'],
      extendedKeyUsage: ['clientAuth'],
      subjectAltNameEmail: true,
    },
    offerTimeoutS: 300,
    deliveryTimeoutS: 300,
    approval: false,
    confirmation: false,
    ...over,
  })

let count = 0
/** A new one, of a name of its own. */
export const toSave = (issuerId: string, over: Partial<ProfileToSave> = {}): ProfileToSave => {
  const name = `Profile ${++count}`
  return { existing: null, name, title: name, issuerId, definition: definition(), ...over }
}

/** The same as an edit of what is stored. */
export const edit = (id: string, profile: ProfileToSave, version: number, over: Partial<ProfileToSave> = {}): ProfileToSave => ({
  ...profile,
  existing: { id, seen: { version, title: profile.title } },
  ...over,
})
