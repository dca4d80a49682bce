/**
 * What Hermod takes from an application server (protocol note sections 4, 5 and 7): the simulator's own reading, stricter than a real
 * server is known to be, so that a portal that sends an undocumented field or a number for a string hears of it here and not from a
 * customer. Shared with nobody: the portal's schemas and these are two readings of one document.
 */
import { z } from 'zod'
import { fromBase64 } from './phone/bytes.ts'
import { readCertificate } from './phone/certificate.ts'
import { readCertificateRequest } from './phone/certificate-request.ts'

export const COMMAND_KINDS = ['provision', 'certificate', 'ping'] as const
export type CommandKind = (typeof COMMAND_KINDS)[number]

/** The words of each kind on the wire. AUTH and SIGN are Hermod's too, and not simulated. */
export const WIRE = {
  provision: { commandType: 'PROV', command: 'provCommand', response: 'provResponse' },
  certificate: { commandType: 'CERT', command: 'certCommand', response: 'certResponse' },
  ping: { commandType: 'PING', command: 'pingCommand', response: 'pingResponse' },
} as const satisfies Record<CommandKind, { commandType: string; command: string; response: string }>

/** Node's timers take no more; a command that lives for weeks is a mistake anyway. */
const MAX_SECONDS = 14 * 24 * 3600

const readable = (read: (der: Uint8Array) => unknown) => (text: string) => {
  try {
    read(fromBase64(text))
    return true
  } catch {
    return false
  }
}

const seconds = z.int('must be whole seconds').positive('must be more than 0').max(MAX_SECONDS)

const header = (to: z.ZodType) =>
  z
    .strictObject({
      to,
      lifespan: seconds,
      timeout: seconds,
      externalId: z.string().min(1).max(256).optional(),
    })
    .refine(({ timeout, lifespan }) => timeout <= lifespan, { path: ['timeout'], error: 'must not be more than lifespan' })

const word = z.string().min(1).max(256)

const keyGenRequest = z.strictObject({
  keyid: word,
  usage: word,
  keytypeprios: z
    .array(
      z.strictObject({
        keytype: word,
        keylength: z.string('must be a string').regex(/^\d+$/, 'must be decimal digits'),
        responsemechanism: word,
      }),
    )
    .min(1),
  storageprios: z.array(word).min(1),
  keystate: z.literal('ACTIVE'),
  certreq: z.string().refine(readable(readCertificateRequest), 'must be plain base64 of a PKCS#10 request of version 0'),
})

const provision = z.strictObject({
  commandHeader: header(z.tuple([z.literal('@tmp')]).optional()),
  provCommand: z.strictObject({
    nonce: word,
    userid: word,
    responsesignaturekey: z.literal('ATTESTATION'),
    responseformat: z.literal('jws'),
    profile: z.strictObject({
      servername: word,
      name: word,
      visualData: z.record(z.string(), z.unknown()).optional(),
      keygenrequests: z
        .array(keyGenRequest)
        .min(1)
        .refine((keys) => new Set(keys.map(({ keyid }) => keyid)).size === keys.length, 'must have each keyid once'),
    }),
  }),
})

const certificate = z.strictObject({
  commandHeader: header(z.array(z.string().min(2)).min(1)),
  certCommand: z.strictObject({
    profileid: word,
    certificates: z
      .array(
        z.strictObject({
          keyid: word,
          keystate: z.literal('ACTIVE'),
          data: z.string().refine(readable(readCertificate), 'must be plain base64 of an X.509 certificate'),
        }),
      )
      .min(1),
  }),
})

const ping = z.strictObject({
  commandHeader: header(z.array(z.string().min(2)).min(1).optional()),
  pingCommand: z.strictObject({ deviceinfo: z.boolean().optional() }),
})

const SCHEMAS = { provision, certificate, ping } as const

export interface Envelope {
  header: { to: string[]; lifespan: number; timeout: number; externalId?: string | undefined }
  /** The `…Command` object as it came. */
  command: Record<string, unknown>
}

/** @returns the envelope, or a sentence that names the first thing wrong with it */
export function readEnvelope(kind: CommandKind, body: unknown): Envelope | string {
  const parsed = SCHEMAS[kind].safeParse(body)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    return `${issue?.path.join('.') || 'the body'}: ${issue?.message ?? 'not as documented'}`
  }
  const value = parsed.data as Record<string, unknown> & { commandHeader: Envelope['header'] }
  return {
    header: { ...value.commandHeader, to: value.commandHeader.to ?? ['@tmp'] },
    command: value[WIRE[kind].command] as Record<string, unknown>,
  }
}
