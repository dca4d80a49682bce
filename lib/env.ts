/**
 * The environment, read and checked once, and nowhere else. Each kind of process asks for its own part: the web never looks at the
 * messaging server's API key or the CA's passphrase, even if somebody sets them for it.
 *
 * A wrong value throws an EnvError of one sentence that names the variable; the mains print it and end with 1. Secrets can come from a
 * file instead (NAME_FILE). Nothing is logged from here. `read…Env(source)` are the pure forms for tests; `…Env()` remember their result.
 */
import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { CodedError } from '#lib/core/errors.ts'
import { parseWeakKeyList, WeakKeyListError } from '#lib/core/x509/weak-key-list.ts'
import { keptSecret } from '#lib/kept-secret.ts'

/** A variable is missing or wrong. The message is one sentence for whoever starts the process. */
export class EnvError extends CodedError<'env'> {
  constructor(message: string, options?: { cause?: unknown }) {
    super('env', message, options)
  }
}

export type EnvSource = Readonly<Record<string, string | undefined>>

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface DatabaseEnv {
  url: string
  /** Connections of this process at most. */
  poolSize: number
}

interface CommonEnv {
  logLevel: LogLevel
  /** Absolute. */
  dataDir: string
  /** How browsers and Hermod reach the portal; no slash at the end. */
  publicUrl: string
  database: DatabaseEnv
}

export interface WebEnv extends CommonEnv {
  host: string
  port: number
  /** Basic auth that callbacks must carry; null → every callback is refused. */
  callbackAuth: { user: string; password: string } | null
  /** Where the built-in simulator listens; null → there is none, and no training phone. */
  simulatorUrl: string | null
  sessionSecret: string
}

export interface HermodEnv {
  /** Base without a slash at the end; commands go to `${url}/rest/command/<kind>`. */
  url: string
  clientId: string
  apiKey: string
  /** PEM of a private TLS issuer. */
  ca: string | null
  /** Host names accepted in an answer's `fqdn`, lower case. */
  fqdns: string[]
}

export interface WorkerEnv extends CommonEnv {
  hermod: HermodEnv
  /** Trusted attestation keys (public JWKs) by key-set name. */
  attestationKeys: Readonly<Record<string, readonly AttestationJwk[]>>
  /** Names of RSA keys that anybody can make again (lib/core/x509/weak-key-list.ts). */
  weakKeys: ReadonlySet<string>
  /** Seals the embedded CA's private keys. */
  caKeyPassphrase: string
}

export type AttestationJwk = JsonWebKey & { kty: string }

export interface SimulatorAccess {
  clientId: string
  apiKey: string
  callbackUser: string
  callbackPassword: string
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

// ── Reading single variables ────────────────────────────────────────────────────────────────────────────────────────────────

/** The value, or undefined when unset or empty: an empty variable in a unit file or a compose file means "not set". */
const text = (source: EnvSource, name: string): string | undefined => source[name]?.trim() || undefined

/** A secret: NAME, or the content of the file that NAME_FILE names. */
function secret(source: EnvSource, name: string): string | undefined {
  const direct = source[name] || undefined
  const file = text(source, `${name}_FILE`)
  if (direct && file) throw new EnvError(`${name} and ${name}_FILE are both set; set one of them.`)
  if (!file) return direct
  const content = readTextFile(file, `${name}_FILE`).replace(/\r?\n$/, '')
  if (!content) throw new EnvError(`${name}_FILE names ${file}, which is empty.`)
  return content
}

function readTextFile(file: string, name: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new EnvError(`${name} names ${file}, which cannot be read.`, { cause })
  }
}

function integer(source: EnvSource, name: string, fallback: number, min: number, max: number): number {
  const value = text(source, name)
  if (value === undefined) return fallback
  const parsed = z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max))
    .safeParse(value)
  if (!parsed.success) throw new EnvError(`${name} is "${value}"; it must be a whole number from ${min} to ${max}.`)
  return parsed.data
}

/** An http(s) URL without user, query and fragment, and without a slash at the end. */
function httpUrl(name: string, value: string): string {
  let url: URL
  try {
    url = new URL(value)
  } catch (cause) {
    throw new EnvError(`${name} is not a URL; it must look like https://host:port/path.`, { cause })
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new EnvError(`${name} must begin with https:// (or http://).`)
  if (url.username || url.password) throw new EnvError(`${name} must not carry a user name or password.`)
  if (url.search || url.hash) throw new EnvError(`${name} must not carry a query ("?") or fragment ("#").`)
  return url.href.replace(/\/+$/, '')
}

export const isLoopbackUrl = (url: string): boolean => LOOPBACK.test(new URL(url).hostname)

function readLogLevel(source: EnvSource): LogLevel {
  const value = text(source, 'LOG_LEVEL') ?? 'info'
  const parsed = z.enum(LOG_LEVELS).safeParse(value)
  if (!parsed.success) throw new EnvError(`LOG_LEVEL is "${value}"; it must be one of ${LOG_LEVELS.join(', ')}.`)
  return parsed.data
}

export const readDataDir = (source: EnvSource): string =>
  resolve(/* turbopackIgnore: true */ text(source, 'CERTDESK_DATA_DIR') ?? '.data')

export const readPort = (source: EnvSource): number => integer(source, 'PORT', 3000, 1, 65_535)

export const readSimulatorPort = (source: EnvSource): number => integer(source, 'SIMULATOR_PORT', 20_400, 1, 65_535)

export function readPublicUrl(source: EnvSource): string {
  const value = text(source, 'PUBLIC_URL')
  if (!value) return `http://localhost:${readPort(source)}`
  const url = httpUrl('PUBLIC_URL', value)
  if (new URL(url).pathname !== '/')
    throw new EnvError('PUBLIC_URL must not have a path; the portal lives at the root of its host.')
  return url
}

/** DATABASE_URL, or null when it is not set. */
export function readDatabaseUrl(source: EnvSource): string | null {
  const value = secret(source, 'DATABASE_URL')
  if (!value) return null
  let protocol: string
  try {
    protocol = new URL(value).protocol
  } catch (cause) {
    throw new EnvError('DATABASE_URL is not a URL; it must look like postgresql://user:password@host:5432/database.', { cause })
  }
  if (protocol !== 'postgres:' && protocol !== 'postgresql:') throw new EnvError('DATABASE_URL must begin with postgresql://.')
  return value
}

function neededDatabase(source: EnvSource, whose: string): DatabaseEnv {
  const url = readDatabaseUrl(source)
  if (!url) throw new EnvError(`DATABASE_URL is not set; ${whose} needs it ("npm start" brings up a database by itself).`)
  return { url, poolSize: integer(source, 'DATABASE_POOL_SIZE', 10, 2, 200) }
}

const readCommon = (source: EnvSource, whose: string): CommonEnv => ({
  logLevel: readLogLevel(source),
  dataDir: readDataDir(source),
  publicUrl: readPublicUrl(source),
  database: neededDatabase(source, whose),
})

// ── The built-in simulator's side ───────────────────────────────────────────────────────────────────────────────────────────

const simulatorAccessSchema = z.object({
  clientId: z.string().min(1),
  apiKey: z.string().min(1),
  callbackUser: z.string().min(1),
  callbackPassword: z.string().min(1),
})

export const simulatorAccessFile = (dataDir: string): string => join(dataDir, 'simulator-access.json')
export const simulatorKeysFile = (dataDir: string): string => join(dataDir, 'simulator', 'attestation-keys.json')

/** What `npm start` agreed with its simulator; null when none ever ran with this data folder. */
function simulatorAccess(dataDir: string): SimulatorAccess | null {
  const file = simulatorAccessFile(dataDir)
  if (!existsSync(file)) return null
  const parsed = simulatorAccessSchema.safeParse(JSON.parse(readTextFile(file, 'CERTDESK_DATA_DIR')))
  return parsed.success ? parsed.data : null
}

// ── Web ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** @throws EnvError */
export function readWebEnv(source: EnvSource): WebEnv {
  const common = readCommon(source, 'the web')
  const simulatorUrl = text(source, 'SIMULATOR_URL')
  const sessionSecret = secret(source, 'SESSION_SECRET')
  if (sessionSecret && sessionSecret.length < 32)
    throw new EnvError('SESSION_SECRET is too short; it must have at least 32 characters.')
  return {
    ...common,
    port: readPort(source),
    host: text(source, 'HOST') ?? '::',
    callbackAuth: readCallbackAuth(source, common.dataDir),
    simulatorUrl: simulatorUrl ? httpUrl('SIMULATOR_URL', simulatorUrl) : null,
    sessionSecret: sessionSecret ?? keptSecret(common.dataDir, 'web-secrets.json', 'sessionSecret'),
  }
}

function readCallbackAuth(source: EnvSource, dataDir: string): WebEnv['callbackAuth'] {
  const user = text(source, 'HERMOD_CALLBACK_USER')
  const password = secret(source, 'HERMOD_CALLBACK_PASSWORD')
  if (user && password) {
    if (user.includes(':')) throw new EnvError('HERMOD_CALLBACK_USER must not contain a colon.')
    return { user, password }
  }
  if (user) throw new EnvError('HERMOD_CALLBACK_USER is set, but HERMOD_CALLBACK_PASSWORD is not.')
  if (password) throw new EnvError('HERMOD_CALLBACK_PASSWORD is set, but HERMOD_CALLBACK_USER is not.')
  // A real messaging server never gets in with the simulator's password.
  if (text(source, 'HERMOD_URL')) return null
  const access = simulatorAccess(dataDir)
  return access && { user: access.callbackUser, password: access.callbackPassword }
}

// ── Worker ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * What working on the embedded CA needs, for commands on the worker's machine.
 *
 * @param runningUrl of the portal that `npm start` has brought up, where PUBLIC_URL is not set
 * @throws EnvError
 */
export const readCaEnv = (source: EnvSource, runningUrl?: string): Pick<WorkerEnv, 'publicUrl' | 'caKeyPassphrase'> => ({
  publicUrl: runningUrl && !text(source, 'PUBLIC_URL') ? runningUrl : readPublicUrl(source),
  caKeyPassphrase: readCaKeyPassphrase(source, readDataDir(source)),
})

function readCaKeyPassphrase(source: EnvSource, dataDir: string): string {
  const passphrase = secret(source, 'CA_KEY_PASSPHRASE')
  if (passphrase && passphrase.length < 12)
    throw new EnvError('CA_KEY_PASSPHRASE is too short; it must have at least 12 characters.')
  return passphrase ?? keptSecret(dataDir, 'worker-secrets.json', 'caKeyPassphrase')
}

/** The passphrase of an exported CA: CA_EXPORT_PASSPHRASE or its _FILE; null when neither is set. @throws EnvError */
export function readExportPassphrase(source: EnvSource): string | null {
  const passphrase = secret(source, 'CA_EXPORT_PASSPHRASE')
  if (passphrase !== undefined && passphrase.length < 12)
    throw new EnvError('CA_EXPORT_PASSPHRASE is too short; it must have at least 12 characters.')
  return passphrase ?? null
}

/** @throws EnvError */
export function readWorkerEnv(source: EnvSource): WorkerEnv {
  const common = readCommon(source, 'the worker')
  return {
    ...common,
    hermod: readHermod(source, common.dataDir),
    attestationKeys: readAttestationKeys(source, common.dataDir),
    weakKeys: readWeakKeys(source),
    caKeyPassphrase: readCaKeyPassphrase(source, common.dataDir),
  }
}

function readWeakKeys(source: EnvSource): Set<string> {
  const files = (text(source, 'WEAK_KEY_LISTS') ?? '').split(',').map((file) => file.trim())
  const names = files
    .filter((file) => file !== '')
    .flatMap((file) => {
      try {
        return parseWeakKeyList(readTextFile(file, 'WEAK_KEY_LISTS'))
      } catch (cause) {
        if (!(cause instanceof WeakKeyListError)) throw cause
        throw new EnvError(`WEAK_KEY_LISTS names ${file}, which is no list of openssl-blacklist: ${cause.message}.`, { cause })
      }
    })
  return new Set(names)
}

function readHermod(source: EnvSource, dataDir: string): HermodEnv {
  const given = text(source, 'HERMOD_URL')
  const access = given ? null : simulatorAccess(dataDir)
  if (!given && !access) throw new EnvError('HERMOD_URL is not set, and no simulator has been started with this data folder.')
  const url = httpUrl('HERMOD_URL', given ?? `http://127.0.0.1:${readSimulatorPort(source)}/hermod`)
  if (url.startsWith('http:') && !isLoopbackUrl(url)) {
    throw new EnvError('HERMOD_URL must begin with https://; plain http is accepted for this machine (127.0.0.1) only.')
  }
  const clientId = text(source, 'HERMOD_CLIENT_ID') ?? access?.clientId
  const apiKey = secret(source, 'HERMOD_API_KEY') ?? access?.apiKey
  if (!clientId) throw new EnvError('HERMOD_CLIENT_ID is not set; HERMOD_URL needs it.')
  if (!apiKey) throw new EnvError('HERMOD_API_KEY is not set; HERMOD_URL needs it.')
  if (clientId.includes(':')) throw new EnvError('HERMOD_CLIENT_ID must not contain a colon.')
  const caFile = text(source, 'HERMOD_CA_FILE')
  const ca = caFile ? readTextFile(caFile, 'HERMOD_CA_FILE') : null
  if (ca !== null && !ca.includes('-----BEGIN CERTIFICATE-----'))
    throw new EnvError(`HERMOD_CA_FILE names ${caFile}, which holds no PEM certificate.`)
  return { url, clientId, apiKey, ca, fqdns: readFqdns(source, url) }
}

function readFqdns(source: EnvSource, hermodUrl: string): string[] {
  const value = text(source, 'HERMOD_FQDN')
  if (!value) return [new URL(hermodUrl).hostname.toLowerCase()]
  const names = value.split(',').map((name) => name.trim().toLowerCase())
  const wrong = names.find((name) => !/^[a-z0-9.:[\]_-]{1,253}$/.test(name))
  if (wrong !== undefined) throw new EnvError(`HERMOD_FQDN must be host names separated by commas; "${wrong}" is none.`)
  return names
}

const jwkSetSchema = z.record(z.string().min(1).max(64), z.array(z.looseObject({ kty: z.string() })))

function readAttestationKeys(source: EnvSource, dataDir: string): WorkerEnv['attestationKeys'] {
  const given = text(source, 'ATTESTATION_KEYS_FILE')
  // The simulator's phones must never be trusted beside a real messaging server because a variable was forgotten.
  if (!given && text(source, 'HERMOD_URL')) {
    throw new EnvError('ATTESTATION_KEYS_FILE is not set; with HERMOD_URL, the attestation keys of the phones must be named.')
  }
  const file = given ?? simulatorKeysFile(dataDir)
  let content: unknown
  try {
    content = JSON.parse(readTextFile(file, 'ATTESTATION_KEYS_FILE'))
  } catch (cause) {
    if (cause instanceof EnvError) throw cause
    throw new EnvError(`ATTESTATION_KEYS_FILE names ${file}, which is not JSON.`, { cause })
  }
  const parsed = jwkSetSchema.safeParse(content)
  if (!parsed.success)
    throw new EnvError(`ATTESTATION_KEYS_FILE names ${file}, which is not of the form {"ATTESTATION": [JWK, …]}.`)
  for (const [set, keys] of Object.entries(parsed.data)) {
    for (const [index, key] of keys.entries())
      checkAttestationKey(key, `key ${index + 1} of "${set}" in ${file} (ATTESTATION_KEYS_FILE)`)
  }
  return parsed.data as Record<string, AttestationJwk[]>
}

function checkAttestationKey(key: Record<string, unknown>, where: string): void {
  if ('d' in key || 'k' in key) throw new EnvError(`The ${where} is a private key; only public keys belong there.`)
  let details: { bits: number | undefined; type: string | undefined }
  try {
    const parsed = createPublicKey({ key: key as JsonWebKey, format: 'jwk' })
    details = { bits: parsed.asymmetricKeyDetails?.modulusLength, type: parsed.asymmetricKeyType }
  } catch (cause) {
    throw new EnvError(`The ${where} is not a valid public JWK.`, { cause })
  }
  if (details.type === 'rsa' && (details.bits ?? 0) < 2048) throw new EnvError(`The ${where} has fewer than 2048 bits.`)
}

// ── Once per process ────────────────────────────────────────────────────────────────────────────────────────────────────────

function once<T>(read: (source: EnvSource) => T): () => T {
  let value: { it: T } | undefined
  return () => {
    value ??= { it: read(process.env) }
    return value.it
  }
}

/** @throws EnvError */
export const webEnv = once(readWebEnv)
/** @throws EnvError */
export const workerEnv = once(readWorkerEnv)
/** What `npm run migrate` needs: the owner's URL. @throws EnvError */
export const migrateEnv = once((source) => ({
  logLevel: readLogLevel(source),
  database: neededDatabase(source, '"npm run migrate"'),
}))
/** What lib/db.ts needs, whichever process this is. @throws EnvError */
export const databaseEnv = once((source) => neededDatabase(source, 'this process'))
/** @throws EnvError */
export const logLevel = once(readLogLevel)
/** Where files are kept, for programs that need nothing else of the environment. */
export const dataDir = once(readDataDir)

/** `next dev`: pages need a laxer policy for its reloads and stack traces. */
export const isDevelopment = (): boolean => process.env.NODE_ENV === 'development'
