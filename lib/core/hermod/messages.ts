/**
 * The messages between the portal and Hermod (Smart ID Messaging), as the vendor's published example and API overview show them
 * (protocol note sections 4, 5 and 7). Only documented fields are written; unknown members that come are kept out of the way.
 *
 * Outgoing: built by functions, described by strict schemas (the simulator checks against the same). Incoming: read by the strict
 * JSON reader and then checked for types: identifiers are strings, codes are whole numbers, nothing is converted. What Hermod says is
 * not signed, so nothing here decides anything; URLs are text and are never fetched.
 */
import { z } from 'zod'
import { forSchema, isJsonObject, JsonError, type JsonErrorCode, type JsonValue, parseJsonBytes } from '../jws/json.ts'
import { describeSchemaProblem } from './schema-problem.ts'

/** Bodies beyond this are not looked at. */
export const MAX_MESSAGE_BYTES = 65_536

const short = z.string().min(1).max(256)
/** Text from Hermod that is kept and never followed; the size of the body bounds it. */
const text = z.string()

// ── Commands: the portal to Hermod ──────────────────────────────────────────────────────────────────────────────────────────────

/** Seconds. The documentation wants timeout ≤ lifespan; we send them equal, as both published examples do. */
const commandHeaderSchema = z.strictObject({
  /** Left out in a provision command: the default is the temporary mailbox `@tmp`. */
  to: z.array(short).min(1).max(16).optional(),
  lifespan: z.number().int().positive(),
  timeout: z.number().int().positive(),
  externalId: short.optional(),
})

const keyGenRequestSchema = z.strictObject({
  keyid: short,
  usage: short,
  /** `keylength` is a string on the wire. */
  keytypeprios: z.array(z.strictObject({ keytype: short, keylength: z.string().max(16), responsemechanism: short })).min(1),
  storageprios: z.array(short).min(1),
  keystate: short,
  /** Base64 of the dummy PKCS#10, standard alphabet, one line. */
  certreq: z.string().min(1),
})

export const provisionCommandSchema = z.strictObject({
  commandHeader: commandHeaderSchema,
  provCommand: z.strictObject({
    nonce: short,
    userid: short,
    responsesignaturekey: short,
    responseformat: z.literal('jws'),
    profile: z.strictObject({
      servername: short,
      name: z.string().max(256),
      keygenrequests: z.array(keyGenRequestSchema).min(1).max(8),
    }),
  }),
})
export type ProvisionCommand = z.infer<typeof provisionCommandSchema>

export const certificateCommandSchema = z.strictObject({
  commandHeader: commandHeaderSchema,
  certCommand: z.strictObject({
    profileid: short,
    certificates: z
      .array(z.strictObject({ keyid: short, keystate: short, data: z.string().min(1) }))
      .min(1)
      .max(8),
  }),
})
export type CertificateCommand = z.infer<typeof certificateCommandSchema>

export interface ProvisionRequest {
  externalId: string
  timeoutS: number
  nonce: string
  userid: string
  /** Name of the attestation key set. */
  attestationKeySet: string
  servername: string
  profileName: string
  keys: readonly {
    keyid: string
    usage: string
    /** In order of preference. */
    kinds: readonly { keytype: string; keylength: string; responsemechanism: string }[]
    dummyCsr: Uint8Array
  }[]
}

/** The command that makes a profile and its keys on a phone (protocol note 5). */
export function buildProvisionCommand(request: ProvisionRequest): ProvisionCommand {
  return {
    commandHeader: { lifespan: request.timeoutS, timeout: request.timeoutS, externalId: request.externalId },
    provCommand: {
      nonce: request.nonce,
      userid: request.userid,
      responsesignaturekey: request.attestationKeySet,
      responseformat: 'jws',
      profile: {
        servername: request.servername,
        name: request.profileName,
        keygenrequests: request.keys.map((key) => ({
          keyid: key.keyid,
          usage: key.usage,
          keytypeprios: key.kinds.map(({ keytype, keylength, responsemechanism }) => ({ keytype, keylength, responsemechanism })),
          storageprios: ['APP'],
          keystate: 'ACTIVE',
          certreq: Buffer.from(key.dummyCsr).toString('base64'),
        })),
      },
    },
  }
}

export interface CertificateRequest {
  externalId: string
  timeoutS: number
  userid: string
  /** `profile.id` of the answer. */
  profileRef: string
  /** The leaf only: delivery of a chain is not documented. */
  certificates: readonly { keyid: string; der: Uint8Array }[]
}

/** The command that puts certificates into a profile (protocol note 7). */
export function buildCertificateCommand(request: CertificateRequest): CertificateCommand {
  return {
    commandHeader: {
      to: [`@${request.userid}`],
      lifespan: request.timeoutS,
      timeout: request.timeoutS,
      externalId: request.externalId,
    },
    certCommand: {
      profileid: request.profileRef,
      certificates: request.certificates.map(({ keyid, der }) => ({
        keyid,
        keystate: 'ACTIVE',
        data: Buffer.from(der).toString('base64'),
      })),
    },
  }
}

// ── Replies and callbacks: Hermod to the portal ─────────────────────────────────────────────────────────────────────────────────

const destinationSchema = z.object({
  to: text.optional(),
  bid: text.optional(),
  mid: text.optional(),
  /** Only for certificates: the profile id. */
  pid: text.optional(),
  uri: text.optional(),
  location: text.optional(),
})
export type Destination = z.infer<typeof destinationSchema>

/** Opaque; decimal digits in every published message. A number here would lose digits, so only a string is taken. */
const commandId = z.string().min(1).max(64)

const replySchema = z.object({
  commandId,
  destinations: z.array(destinationSchema).max(16).default([]),
  commandType: z.string().max(32).optional(),
  state: z.string().max(64).optional(),
  fqdn: z.string().max(256).optional(),
})
/** Hermod's synchronous reply to a command (protocol note 4.1). */
export type CommandReply = z.infer<typeof replySchema>

const callbackSchema = z.object({
  commandId,
  externalId: z.string().max(256).optional(),
  commandType: z.string().min(1).max(32),
  /** An open word; absent in a callback that says nothing of it. */
  state: z.string().max(64).optional(),
  fqdn: z.string().max(256).optional(),
  destinations: z.array(destinationSchema).max(16).default([]),
  responseHeader: z.object({ inReplyTo: text.optional(), status: z.number().int() }).optional(),
  provResponse: z
    .object({ code: z.number().int(), result: z.object({ contenttype: z.string().max(32), data: z.string() }).optional() })
    .optional(),
  certResponse: z.object({ code: z.number().int() }).optional(),
})
/** What Hermod posts when a command has ended (protocol note 4.3). */
export type CallbackEnvelope = z.infer<typeof callbackSchema>

export type Parsed<T> = { ok: true; value: T } | { ok: false; code: JsonErrorCode | 'schema' | 'size'; problem: string }

/** Reads Hermod's reply to a command. */
export const parseCommandReply = (body: Uint8Array): Parsed<CommandReply> => parse(body, replySchema)

/** Reads a callback of any kind. */
export const parseCallback = (body: Uint8Array): Parsed<CallbackEnvelope> => parse(body, callbackSchema)

/** Checks the shape of a callback that has been read as JSON already. */
export const readCallback = (value: JsonValue): Parsed<CallbackEnvelope> => applySchema(value, callbackSchema)

function parse<T>(body: Uint8Array, schema: z.ZodType<T>): Parsed<T> {
  if (body.length > MAX_MESSAGE_BYTES)
    return { ok: false, code: 'size', problem: `${body.length} bytes, more than ${MAX_MESSAGE_BYTES}` }
  try {
    return applySchema(parseJsonBytes(body), schema)
  } catch (error) {
    if (error instanceof JsonError) return { ok: false, code: error.code, problem: `not acceptable JSON: ${error.message}` }
    throw error
  }
}

function applySchema<T>(value: JsonValue, schema: z.ZodType<T>): Parsed<T> {
  if (!isJsonObject(value)) return { ok: false, code: 'schema', problem: 'not a JSON object' }
  const result = schema.safeParse(forSchema(value))
  if (result.success) return { ok: true, value: result.data }
  return { ok: false, code: 'schema', problem: describeSchemaProblem(result.error, 'message') }
}

/** How a callback ended, by the success predicate of protocol note 4.3; raw words are kept, none is given a meaning of its own. */
export type CallbackOutcome =
  | { kind: 'success' }
  /** Hermod is still waiting for the phone. */
  | { kind: 'in_progress' }
  /** The phone answered, and not with success. */
  | { kind: 'answered_no'; status: number | null; code: number | null }
  /** Ended without an answer (time-out or another word). */
  | { kind: 'ended'; state: string | null }

/** Judges the envelope alone; a provisioning answer must then pass every check. */
export function readOutcome(callback: CallbackEnvelope): CallbackOutcome {
  const response = callback.provResponse ?? callback.certResponse
  if (callback.state === 'IN_PROGRESS') return { kind: 'in_progress' }
  if (callback.state !== 'COMPLETED') return { kind: 'ended', state: callback.state ?? null }
  const status = callback.responseHeader?.status ?? null
  const code = response?.code ?? null
  return status === 200 && code === 0 ? { kind: 'success' } : { kind: 'answered_no', status, code }
}
