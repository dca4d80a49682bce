/** For database tests: an EST server of the test's own, added the way an administrator adds it, and a profile that it issues for. */
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { createTestDatabase } from '#e2e/harness/database.ts'
import { type EstServer, startEstServer } from '#e2e/peers/est-server.ts'
import { authorize, systemGrant } from '#lib/auth/permissions.ts'
import type { ProfileDefinition } from '#lib/core/enrollment/profile.ts'
import { chooseDatabase, closeDb } from '#lib/db.ts'
import { cheapDummyKeys } from './dummy-keys-fixtures.ts'
import { ensureEmbeddedIssuer } from './ensure-embedded-issuer.ts'
import { ensureWorkerSealingKey } from './ensure-sealing-key.ts'
import { type IssuerForm, saveIssuer } from './save-issuer.ts'
import { testConnection } from './test-connection.ts'
import type { WorkerContext } from './worker-context.ts'

export const admin = authorize(
  { kind: 'account', id: 'admin', name: 'Ada Admin', role: 'admin', userId: null },
  'settings:manage',
)
export const helpdesk = authorize(
  { kind: 'account', id: 'helpdesk', name: 'Hanna Helpdesk', role: 'helpdesk', userId: null },
  'enrollment:manage',
)

export const EST_DEFINITION: ProfileDefinition = {
  servername: 'Test',
  attestationKeySet: 'ATTESTATION',
  subject: [{ type: 'CN', value: '{name}', required: true }],
  keys: [{ keyid: 'signer', usage: 'SIG', keyTypes: ['RSA-2048'] }],
  certificate: {
    validityDays: 90,
    keyUsage: ['digitalSignature', 'nonRepudiation'],
    extendedKeyUsage: ['clientAuth', 'emailProtection'],
    subjectAltNameEmail: false,
    subjectAltNameUpn: null,
    policies: [],
  },
  offerTimeoutS: 300,
  deliveryTimeoutS: 300,
  approval: false,
  confirmation: false,
  confirmedBy: 'user',
  monitoredChecks: [],
  heldChecks: [],
}

export interface EstFlow {
  owner: pg.Client
  est: EstServer
  context: WorkerContext
  /** Speaks with the rights of that role from now on. */
  speakAs(role: 'web' | 'worker'): Promise<void>
  /** What an administrator enters for this server. */
  form(change?: Partial<IssuerForm>): IssuerForm
  /** Saves as the web and tests as the worker; ends as the worker. */
  save(form: IssuerForm): Promise<{ id: string; testId: string }>
  look(testId: string): Promise<{ outcome: string | null; steps: { name: string; outcome: string; detail: string }[] }>
  /** Makes the profile that insertIssuing uses. */
  addProfile(issuerId: string, definition?: ProfileDefinition): Promise<void>
  stop(): Promise<void>
}

export async function startEstFlow(): Promise<EstFlow> {
  const database = await createTestDatabase()
  const owner = new pg.Client({ connectionString: database.ownerUrl })
  await owner.connect()
  const est = await startEstServer()
  const dummyKeys = cheapDummyKeys()
  const context: WorkerContext = {
    hermod: { url: 'http://127.0.0.1:1/hermod', clientId: 'portal', apiKey: 'k'.repeat(64), ca: null },
    fqdns: ['127.0.0.1'],
    caKeyPassphrase: 'a passphrase of the test',
    publicUrl: 'https://desk.example',
    dummyKeys,
    onHermod: () => undefined,
    retryDelaysS: [],
  }
  const speakAs = async (role: 'web' | 'worker') => {
    await closeDb()
    chooseDatabase(role === 'web' ? database.webUrl : database.workerUrl)
  }
  const system = systemGrant()
  chooseDatabase(database.workerUrl)
  await ensureEmbeddedIssuer(system, context)
  await ensureWorkerSealingKey(system, context)
  const form = (change: Partial<IssuerForm> = {}): IssuerForm => ({
    name: 'corporate-est',
    kind: 'est',
    secrets: { 'basic-password': est.basic.password },
    ...change,
    config: {
      url: est.url,
      tlsCa: est.tlsCa,
      anchorSha256: est.anchorSha256,
      basicUser: est.basic.user,
      clientCertificate: null,
      ...change.config,
    },
  })
  return {
    owner,
    est,
    context,
    speakAs,
    form,
    async save(filled) {
      await speakAs('web')
      const saved = await saveIssuer(admin, filled)
      await speakAs('worker')
      await testConnection(system, context, { testId: saved.testId })
      return saved
    },
    async look(testId) {
      const { rows } = await owner.query('SELECT outcome, steps FROM connection_test WHERE id = $1', [testId])
      return rows[0]
    },
    async addProfile(issuerId, definition = EST_DEFINITION) {
      const profileId = randomUUID()
      await owner.query(`INSERT INTO profile (id, name, title, position) VALUES ($1, $2, 'By EST', -1)`, [
        profileId,
        `EST ${profileId}`,
      ])
      await owner.query(
        'INSERT INTO profile_version (id, profile_id, version, definition, issuer_id) VALUES ($1, $2, 1, $3, $4)',
        [randomUUID(), profileId, JSON.stringify(definition), issuerId],
      )
    },
    async stop() {
      dummyKeys.close()
      await closeDb()
      await owner.end()
      await est.stop()
      await database.drop()
    },
  }
}
