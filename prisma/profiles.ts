/**
 * The three profiles that a new installation begins with, so that somebody can be enrolled at once; made only where there is none at all.
 * They are issued by the embedded CA, whose row stands here without a certificate until the worker has made its keys.
 */
import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { type ProfileDefinition, profileDefinitionSchema } from '#lib/core/enrollment/profile.ts'

/** Name of the embedded CA's issuer row; the worker looks for it by this name. */
export const EMBEDDED_ISSUER = 'certdesk-issuing-ca'

const COMMON = {
  servername: 'Certdesk Demo',
  attestationKeySet: 'ATTESTATION',
  offerTimeoutS: 300,
  deliveryTimeoutS: 300,
  approval: false,
  confirmation: false,
  confirmedBy: 'user',
  monitoredChecks: [],
  heldChecks: ['C24'],
} satisfies Partial<ProfileDefinition>

const FIRST_PROFILES: readonly { name: string; definition: ProfileDefinition }[] = [
  {
    name: 'Employee mobile ID',
    definition: {
      ...COMMON,
      subject: [
        { type: 'C', value: '{attributes.C}', required: false },
        { type: 'L', value: '{attributes.L}', required: false },
        { type: 'O', value: '{attributes.O}', required: false },
        { type: 'OU', value: '{attributes.OU}', required: false },
        { type: 'CN', value: '{name}', required: true },
        { type: 'emailAddress', value: '{email}', required: false },
      ],
      keys: [{ keyid: 'signer', usage: 'SIG', keyTypes: ['RSA-2048'] }],
      certificate: {
        validityDays: 365,
        keyUsage: ['digitalSignature', 'nonRepudiation'],
        extendedKeyUsage: ['clientAuth', 'emailProtection'],
        subjectAltNameEmail: true,
        subjectAltNameUpn: null,
        policies: [],
      },
    },
  },
  {
    name: 'VPN access',
    definition: {
      ...COMMON,
      subject: [
        { type: 'O', value: '{attributes.O}', required: false },
        { type: 'CN', value: '{name}', required: true },
        { type: 'UID', value: '{userid}', required: true },
      ],
      keys: [{ keyid: 'vpn', usage: 'SIG', keyTypes: ['RSA-2048'] }],
      certificate: {
        validityDays: 90,
        keyUsage: ['digitalSignature'],
        extendedKeyUsage: ['clientAuth'],
        subjectAltNameEmail: false,
        subjectAltNameUpn: null,
        policies: [],
      },
    },
  },
  {
    name: 'Sign and authenticate',
    definition: {
      ...COMMON,
      subject: [
        { type: 'C', value: '{attributes.C}', required: false },
        { type: 'O', value: '{attributes.O}', required: false },
        { type: 'CN', value: '{name}', required: true },
        { type: 'UID', value: '{userid}', required: true },
      ],
      // Both of the one documented kind and use; what each is for is said by its certificate.
      keys: [
        {
          keyid: 'sign',
          usage: 'SIG',
          keyTypes: ['RSA-2048'],
          keyUsage: ['digitalSignature', 'nonRepudiation'],
          extendedKeyUsage: ['emailProtection'],
        },
        { keyid: 'authenticate', usage: 'SIG', keyTypes: ['RSA-2048'] },
      ],
      certificate: {
        validityDays: 365,
        keyUsage: ['digitalSignature'],
        extendedKeyUsage: ['clientAuth'],
        subjectAltNameEmail: true,
        subjectAltNameUpn: null,
        policies: [],
      },
    },
  },
]

/** Called under migrate's lock, so no two do it at once. */
export async function ensureProfiles(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ any: boolean }>('SELECT EXISTS (SELECT FROM profile) AS any')
  if (rows[0]?.any) return
  await client.query('BEGIN')
  const issuerId = await ensureIssuer(client)
  for (const [position, { name, definition }] of FIRST_PROFILES.entries()) {
    const id = randomUUID()
    await client.query('INSERT INTO profile (id, name, title, position) VALUES ($1, $2, $2, $3)', [id, name, position])
    await client.query(
      'INSERT INTO profile_version (id, profile_id, version, definition, issuer_id) VALUES ($1, $2, 1, $3, $4)',
      [randomUUID(), id, JSON.stringify(profileDefinitionSchema.parse(definition)), issuerId],
    )
    await client.query(
      `INSERT INTO audit_entry (actor_kind, actor_name, action, object_kind, object_id, detail)
       VALUES ('system', 'Certdesk', 'profile.created', 'profile', $1, $2)`,
      [id, JSON.stringify({ name, version: 1 })],
    )
  }
  await client.query('COMMIT')
}

async function ensureIssuer(client: pg.Client): Promise<string> {
  const id = randomUUID()
  const made = "INSERT INTO issuer (id, name, kind, chain) VALUES ($1, $2, 'embedded', '{}') ON CONFLICT (name) DO NOTHING"
  await client.query(made, [id, EMBEDDED_ISSUER])
  const { rows } = await client.query<{ id: string }>('SELECT id FROM issuer WHERE name = $1', [EMBEDDED_ISSUER])
  return rows[0]?.id ?? id
}
