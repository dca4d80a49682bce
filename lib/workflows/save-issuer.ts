/**
 * Adding a remote CA, or changing where it is and what is pinned of it (settings → connections).
 *
 * Secrets come in with the form and leave this function encrypted to the worker (lib/issuer/sealed-box.ts); nothing ever gives them back. They are
 * bound to the address: whoever changes it enters them again. A change is followed by a test, because only a test makes the worker fetch
 * the CA's certificates, and nothing is issued before that.
 */
import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { ZodError, z } from 'zod'
import type { Grant } from '#lib/auth/permissions.ts'
import { RequestError } from '#lib/core/errors.ts'
import {
  bindingOf,
  isRemoteKind,
  neededCredentials,
  parseIssuerConfig,
  REMOTE_KINDS,
  type RemoteConfig,
  type RemoteKindName,
} from '#lib/core/issuer-config/index.ts'
import { MAX_CHALLENGE_CHARACTERS } from '#lib/core/x509/csr.ts'
import { wishConnectionTest } from '#lib/data/connection-tests.ts'
import { findSealingKey, insertCredential, listCredentials } from '#lib/data/credentials.ts'
import { discardChallenges, insertChallenges } from '#lib/data/issuer-challenges.ts'
import { newId } from '#lib/data/new-id.ts'
import { findIssuerSettings, insertRemoteIssuer, updateRemoteIssuer } from '#lib/data/remote-issuers.ts'
import { inTransaction, isUniqueViolation } from '#lib/data/transaction.ts'
import { challengeLabel, credentialLabel, MAX_CREDENTIAL_BYTES, sealCredential } from '#lib/issuer/sealed-box.ts'
import { connections as texts } from '#lib/messages/connections.ts'

export interface IssuerForm {
  /** Absent: a new one. */
  id?: string | undefined
  name: string
  kind: RemoteKindName
  /** Of the kind's schema; checked here. */
  config: Record<string, unknown>
  /** By name; empty or absent: keep what is stored. */
  secrets: Record<string, string>
  /** One-time challenges to add, one a line; only where the configuration wants them. */
  challenges?: string | undefined
  /** Whether those that are left are thrown away before. */
  discardChallenges?: boolean | undefined
}

/** What an administrator may paste; also a bound for one transaction. */
const MAX_CHALLENGES = 500

/** @returns the issuer's id and the test that was begun. @throws RequestError invalid_input, not_found, conflict, unavailable */
export async function saveIssuer(grant: Grant<'settings:manage'>, form: IssuerForm): Promise<{ id: string; testId: string }> {
  const { kind } = form
  const config = readConfig(kind, form.config)
  const earlier = form.id === undefined ? null : await findIssuerSettings(grant, form.id)
  if (form.id !== undefined && (earlier === null || earlier.kind !== kind))
    throw new RequestError('not_found', texts.errors.noIssuer)
  const id = earlier?.id ?? newId()
  const secrets = await readSecrets(grant, form, config, earlier)
  const challenges = 'challenge' in config && config.challenge === 'one-time' ? readChallenges(form.challenges ?? '') : []
  const isSecret = secrets.length + challenges.length > 0
  const sealingKey = isSecret ? await findSealingKey(grant) : null
  if (isSecret && sealingKey === null) throw new RequestError('unavailable', texts.errors.noWorkerYet)
  const binding = bindingOf(kind, config)
  try {
    return await inTransaction(grant, async (tx) => {
      if (earlier === null) await insertRemoteIssuer(tx, grant, { id, name: form.name, kind, config })
      else
        await updateRemoteIssuer(
          tx,
          grant,
          { id, name: earlier.name, config },
          changedFields(asRead(kind, earlier.config), config),
        )
      for (const { name, value } of secrets)
        if (sealingKey !== null) {
          const sealed = sealCredential(Buffer.from(value, 'utf8'), sealingKey.publicKey, credentialLabel(id, name, binding))
          await insertCredential(tx, grant, { issuerId: id, name, sealingKeyId: sealingKey.id, sealed })
        }
      if (earlier !== null && form.discardChallenges) await discardChallenges(tx, grant, id)
      if (challenges.length > 0 && sealingKey !== null) {
        const label = challengeLabel(id, binding)
        const sealed = challenges.map((one) => sealCredential(Buffer.from(one, 'utf8'), sealingKey.publicKey, label))
        await insertChallenges(tx, grant, { issuerId: id, binding, sealingKeyId: sealingKey.id, sealed })
      }
      return { id, testId: await wishConnectionTest(tx, grant, { connection: id }) }
    })
  } catch (error) {
    if (isUniqueViolation(error))
      throw new RequestError('conflict', texts.errors.nameTaken, { fields: { name: texts.errors.nameTaken } })
    throw error
  }
}

function readConfig<K extends RemoteKindName>(kind: K, config: unknown): RemoteConfig[K] {
  try {
    return parseIssuerConfig(kind, config)
  } catch (error) {
    if (!(error instanceof ZodError)) throw error
    const fields = Object.fromEntries(error.issues.map(({ path, message }) => [`config.${path.join('.')}`, message]))
    throw new RequestError('invalid_input', texts.errors.invalid, { fields })
  }
}

/** The secrets to store now. One that is needed and neither given nor stored for this address is missed by its field. */
async function readSecrets(
  grant: Grant<'settings:manage'>,
  { kind, secrets }: IssuerForm,
  config: RemoteConfig[RemoteKindName],
  earlier: { id: string; config: unknown } | null,
): Promise<{ name: string; value: string }[]> {
  const needed = neededCredentials(kind, config)
  const stored = earlier === null ? [] : (await listCredentials(grant, earlier.id)).map(({ name }) => name)
  const moved = earlier !== null && bindingOf(kind, config) !== earlierBinding(kind, earlier.config)
  const fields: Record<string, string> = {}
  const given: { name: string; value: string }[] = []
  for (const rule of REMOTE_KINDS[kind].credentials) {
    if (!needed.includes(rule.name)) continue
    const value = secrets[rule.name] ?? ''
    const field = `secrets.${rule.name}`
    if (value !== '') {
      const problem = rule.form === 'private-key' ? keyProblem(value, config) : null
      if (Buffer.byteLength(value, 'utf8') > MAX_CREDENTIAL_BYTES) fields[field] = texts.errors.tooLong
      else if (problem !== null) fields[field] = problem
      else given.push({ name: rule.name, value })
    } else if (!stored.includes(rule.name)) fields[field] = texts.errors.secretMissing
    else if (moved) fields[field] = texts.errors.secretMoved
  }
  if (Object.keys(fields).length > 0) throw new RequestError('invalid_input', texts.errors.invalid, { fields })
  return given
}

/** Twice the same would be refused by the CA the second time; whether one was entered on another day cannot be seen: they are encrypted. */
function readChallenges(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  const found = lines.filter((line) => line !== '')
  const problem = (
    [
      [(line) => [...line].length > MAX_CHALLENGE_CHARACTERS, texts.errors.challengeTooLong],
      [(line) => /[\p{Cc}\p{Cs}]/u.test(line), texts.errors.challengeUnfit],
      [(line, at) => line !== '' && lines.indexOf(line) < at, texts.errors.challengeTwice],
    ] as const satisfies readonly [(line: string, at: number) => boolean, (line: number) => string][]
  )
    .map(([isWrong, words]) => [lines.findIndex(isWrong), words] as const)
    .find(([at]) => at >= 0)
  const sentence = found.length > MAX_CHALLENGES ? texts.errors.challengesTooMany(MAX_CHALLENGES) : problem?.[1](problem[0] + 1)
  if (sentence) throw new RequestError('invalid_input', texts.errors.invalid, { fields: { challenges: sentence } })
  return found
}

const earlierBinding = (kind: RemoteKindName, config: unknown): string | null => {
  const parsed = z.looseObject({ url: z.string(), tlsCa: z.string().nullable().optional() }).safeParse(config)
  return parsed.success && isRemoteKind(kind) ? bindingOf(kind, { url: parsed.data.url, tlsCa: parsed.data.tlsCa ?? null }) : null
}

/** A private key must be readable without a passphrase and belong to the certificate that stands beside it. */
function keyProblem(pem: string, config: object): string | null {
  let key: KeyObject
  try {
    key = createPrivateKey({ key: pem, format: 'pem' })
  } catch {
    // What is wrong with it is said by OpenSSL in words for programmers; the sentence names both usual reasons.
    return texts.errors.keyUnreadable
  }
  const certificates: Record<string, unknown> = { ...config }
  const beside = certificates.clientCertificate ?? certificates.raCertificate
  if (typeof beside !== 'string') return null
  const spki = (one: KeyObject) => one.export({ format: 'der', type: 'spki' })
  return spki(createPublicKey(key)).equals(spki(new X509Certificate(beside).publicKey)) ? null : texts.errors.keyOfAnother
}

/** With what a configuration of an earlier version leaves out. */
const asRead = (kind: RemoteKindName, config: unknown): unknown => REMOTE_KINDS[kind].schema.safeParse(config).data ?? config

function changedFields(before: unknown, after: Record<string, unknown>): string[] {
  const old = typeof before === 'object' && before !== null ? (before as Record<string, unknown>) : {}
  return Object.keys(after).filter((field) => JSON.stringify(old[field]) !== JSON.stringify(after[field]))
}
