/** For the tests of saving profiles: a database with the embedded CA, spoken to as the web, and profiles. */
import pg from 'pg'
import { createTestDatabase, type TestDatabase } from '#e2e/harness/database.ts'
import { authorize, systemGrant } from '#lib/auth/permissions.ts'
import { type ProfileDefinition, profileDefinitionSchema } from '#lib/core/enrollment/profile.ts'
import { listIssuerChoices } from '#lib/data/profile-settings.ts'
import { chooseDatabase, closeDb } from '#lib/db.ts'
import { ensureEmbeddedIssuer } from './ensure-embedded-issuer.ts'
import type { ProfileToSave } from './save-profile.ts'

export const admin = { kind: 'account', id: 'a1', name: 'Ada Admin', role: 'admin', userId: null } as const

export interface ProfileTests {
  database: TestDatabase
  owner: pg.Client
  issuerId: string
  stop(): Promise<void>
}

export async function startProfileTests(): Promise<ProfileTests> {
  const database = await createTestDatabase()
  const owner = new pg.Client({ connectionString: database.ownerUrl })
  await owner.connect()
  chooseDatabase(database.workerUrl)
  await ensureEmbeddedIssuer(systemGrant(), { caKeyPassphrase: 'a passphrase of the test', publicUrl: 'https://desk.example' })
  await closeDb()
  // What is saved is saved with the rights of the web.
  chooseDatabase(database.webUrl)
  const [issuer] = await listIssuerChoices(authorize(admin, 'settings:manage'))
  const stop = async (): Promise<void> => {
    await closeDb()
    await owner.end()
    await database.drop()
  }
  return { database, owner, issuerId: issuer?.id ?? '', stop }
}

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
