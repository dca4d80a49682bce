/** For database tests: a SCEP CA that wants one-time challenges, entered the way an administrator does, and the whole pipeline on top. */
import { connectionTo, type RunningScepCa, startScepCa } from '#e2e/peers/scep-ca.ts'
import { systemGrant } from '#lib/auth/permissions.ts'
import { readCsr } from '#lib/core/x509/csr.ts'
import { ensureWorkerSealingKey } from '#lib/workflows/ensure-sealing-key.ts'
import { admin, EST_DEFINITION } from '#lib/workflows/est-fixtures.ts'
import { saveIssuer } from '#lib/workflows/save-issuer.ts'
import { startEnrollment } from '#lib/workflows/start-enrollment.ts'
import { testConnection } from '#lib/workflows/test-connection.ts'
import { type Flow, type ReceivedCommand, startFlow } from './flow-fixtures.ts'

export const PROFILE = 'By challenge'

export interface ChallengeFlow {
  /** Speaks as the worker between calls. */
  flow: Flow
  ca: RunningScepCa
  /** What the connection's first test said. */
  steps: { name: string; outcome: string }[]
  /** Saves the connection as the web, with a list of challenges to add. */
  save(challenges: string, change?: Record<string, unknown>, discardChallenges?: boolean): Promise<{ id: string; testId: string }>
  /** So many that are good at the CA, and entered here. */
  enter(n: number): Promise<string[]>
  /** An enrolment of two keys for a new person, as far as its offer. */
  start(): Promise<{ id: string; userid: string }>
  certreqsIn(command: ReceivedCommand): string[]
  /** In the order of the keys. */
  challengesIn(command: ReceivedCommand): string[]
  callBack(body: string): Promise<void>
  /** The phone answers, and everything that comes of it. */
  answer(userid: string, bendings?: Record<string, (value: never) => unknown>): Promise<void>
  left(): Promise<number>
  /** Before a test: what an earlier one left is not there any more. */
  clear(): Promise<void>
  stop(): Promise<void>
}

export async function startChallengeFlow(): Promise<ChallengeFlow> {
  const flow = await startFlow()
  const ca = await startScepCa({
    challenges: new Set(),
    profile: {
      validityDays: 90,
      keyUsage: ['digitalSignature', 'nonRepudiation'],
      extendedKeyUsage: ['clientAuth', 'emailProtection'],
    },
  })
  let issuerId: string | undefined
  let counter = 0
  const asWeb = async <T>(work: () => Promise<T>): Promise<T> => {
    await flow.speakAs('web')
    try {
      return await work()
    } finally {
      await flow.speakAs('worker')
    }
  }
  const save: ChallengeFlow['save'] = (challenges, change = {}, discardChallenges = false) =>
    asWeb(() =>
      saveIssuer(admin, {
        ...(issuerId === undefined ? {} : { id: issuerId }),
        name: 'corporate-scep',
        kind: 'scep',
        secrets: {},
        challenges,
        discardChallenges,
        config: {
          ...connectionTo(ca),
          timeoutMs: 2_000,
          challenge: 'one-time',
          ...change,
        },
      }),
    )
  await flow.speakAs('worker')
  await ensureWorkerSealingKey(systemGrant(), flow.context)
  const saved = await save('')
  issuerId = saved.id
  await testConnection(systemGrant(), flow.context, { testId: saved.testId })
  const { rows } = await flow.owner.query('SELECT steps FROM connection_test WHERE id = $1', [saved.testId])
  // Two keys: each needs its own.
  const [key] = EST_DEFINITION.keys
  const definition = { ...EST_DEFINITION, keys: [key, { ...key, keyid: 'second' }] }
  await flow.owner.query(`INSERT INTO profile (id, name, title, position) VALUES (gen_random_uuid(), $1, $1, -1)`, [PROFILE])
  await flow.owner.query(
    `INSERT INTO profile_version (id, profile_id, version, definition, issuer_id)
     SELECT gen_random_uuid(), id, 1, $2, $3 FROM profile WHERE name = $1`,
    [PROFILE, JSON.stringify(definition), issuerId],
  )
  const certreqsIn = ({ body }: ReceivedCommand): string[] => {
    const { provCommand } = body as unknown as { provCommand: { profile: { keygenrequests: { certreq: string }[] } } }
    return provCommand.profile.keygenrequests.map(({ certreq }) => certreq)
  }
  const callBack = (body: string) => asWeb(async () => void (await flow.callBack(body)))
  return {
    flow,
    ca,
    steps: rows[0].steps,
    save,
    async enter(n) {
      const given = Array.from({ length: n }, () => `challenge-${counter++}`)
      for (const one of given) ca.options.challenges?.add(one)
      await save(given.join('\n'))
      return given
    },
    async start() {
      const userid = await flow.newUser()
      const { id } = await asWeb(() => startEnrollment(flow.helpdesk, { userid, profileName: PROFILE }))
      await flow.runJobs()
      return { id, userid }
    },
    certreqsIn,
    challengesIn: (command) =>
      certreqsIn(command).map((certreq) => {
        const [found] = readCsr(Buffer.from(certreq, 'base64')).attributes
        return Buffer.from(found?.values[0]?.value ?? '').toString('utf8')
      }),
    callBack,
    async answer(userid, bendings = {}) {
      await callBack(flow.answerTo(flow.commandFor(userid, 'provision'), bendings))
      await flow.runJobs()
    },
    left: async () => (await flow.owner.query('SELECT 1 FROM issuer_challenge WHERE command_id IS NULL')).rowCount ?? 0,
    async clear() {
      await flow.owner.query('DELETE FROM issuer_challenge WHERE command_id IS NULL')
      ca.options.challenges?.clear()
      ca.issued.length = 0
      flow.hermod.odd.length = 0
    },
    async stop() {
      await ca.close()
      await flow.stop()
    },
  }
}
