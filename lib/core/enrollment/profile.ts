/**
 * What a profile version says: keys to ask for, how the subject is made, what the certificate will carry, how long an offer lives.
 * Stored as JSON in profile_version.definition and checked with this schema whenever it is read.
 */
import { z } from 'zod'
import type { KeyRuleName } from '../jws/algorithms.ts'
import type { CheckId } from './evidence.ts'

/** One row of the table of key types: what is asked on the wire and what an answer must then be (protocol note, section 5). */
export const KEY_TYPES = {
  'RSA-2048': { keytype: 'RSA', keylength: '2048', responsemechanism: 'RS256', documented: true },
  'RSA-3072': { keytype: 'RSA', keylength: '3072', responsemechanism: 'RS256', documented: false },
  'RSA-4096': { keytype: 'RSA', keylength: '4096', responsemechanism: 'RS256', documented: false },
  'EC-P256': { keytype: 'EC', keylength: '256', responsemechanism: 'ES256', documented: false },
  'EC-P384': { keytype: 'EC', keylength: '384', responsemechanism: 'ES384', documented: false },
} as const satisfies Record<KeyRuleName, { keytype: string; keylength: string; responsemechanism: string; documented: boolean }>
export type KeyType = keyof typeof KEY_TYPES
const KEY_TYPE_NAMES = Object.keys(KEY_TYPES) as [KeyType, ...KeyType[]]

/** `keygenrequests[].usage`: only SIG is documented; the words for the other two are not published (protocol note, section 5). */
export const KEY_USAGES = { SIG: { documented: true }, AUTH: { documented: false }, ENC: { documented: false } } as const
export type KeyUsageWord = keyof typeof KEY_USAGES
const KEY_USAGE_WORDS = Object.keys(KEY_USAGES) as [KeyUsageWord, ...KeyUsageWord[]]

/**
 * Checks whose failure a profile may let pass with a warning: whose absence leaves the signatures, the nonce and the keys' equality whole.
 * C13 host name, C14 server certificate, C24 attestation key on record.
 */
export const MONITORABLE_CHECKS = ['C13', 'C14', 'C24'] as const satisfies readonly CheckId[]
export type MonitorableCheck = (typeof MONITORABLE_CHECKS)[number]

/** The checks of an answer that do not refuse it by themselves under this profile. */
export const lenientChecks = ({
  monitoredChecks,
  heldChecks,
}: Pick<ProfileDefinition, 'monitoredChecks' | 'heldChecks'>): MonitorableCheck[] =>
  MONITORABLE_CHECKS.filter((id) => monitoredChecks.includes(id) || heldChecks.includes(id))

const certificateKeyUsage = z.array(z.enum(['digitalSignature', 'nonRepudiation', 'keyEncipherment', 'keyAgreement'])).min(1)
const certificateExtendedKeyUsage = z
  .array(z.enum(['clientAuth', 'emailProtection', 'smartcardLogon']))
  .refine(isWithoutRepeats, 'the same extended key usage stands there twice')

/** Versions stored before there were several key types name one. */
function withKeyTypes(key: unknown): unknown {
  if (typeof key !== 'object' || key === null || !('keyType' in key)) return key
  const { keyType, ...rest } = key
  return { ...rest, keyTypes: [keyType] }
}

export const profileDefinitionSchema = z.strictObject({
  /** provCommand.profile.servername: the issuing server's name as the phone shows it. */
  servername: z.string().min(1).max(64),
  /** provCommand.responsesignaturekey: the attestation key set. */
  attestationKeySet: z.string().min(1).max(64),
  /** Order of RDNs, each one attribute: `{type: 'CN', value: '{name}'}`. Empty attributes are left out unless required. */
  subject: z
    .array(
      z.strictObject({
        type: z.enum(['C', 'ST', 'L', 'O', 'OU', 'CN', 'SN', 'GN', 'serialNumber', 'UID', 'DC', 'emailAddress']),
        /** Text with {name}, {userid}, {email}, {department} and {attributes.X}. */
        value: z.string().min(1).max(200),
        required: z.boolean(),
      }),
    )
    .min(1)
    .max(12),
  keys: z
    .array(
      z.preprocess(
        withKeyTypes,
        z.strictObject({
          keyid: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
          usage: z.enum(KEY_USAGE_WORDS),
          /** In order of preference: the phone makes the first kind that it can (keytypeprios). */
          keyTypes: z
            .array(z.enum(KEY_TYPE_NAMES))
            .min(1)
            .max(5)
            .refine(isWithoutRepeats, 'the same key type stands there twice'),
          /** What this key's certificate says instead of the profile's own; absent: the profile's. */
          keyUsage: certificateKeyUsage.optional(),
          extendedKeyUsage: certificateExtendedKeyUsage.optional(),
        }),
      ),
    )
    .min(1)
    .max(4)
    .refine((keys) => isWithoutRepeats(keys.map((key) => key.keyid)), 'two keys have the same keyid'),
  certificate: z.strictObject({
    validityDays: z.number().int().min(1).max(3650),
    keyUsage: certificateKeyUsage,
    extendedKeyUsage: certificateExtendedKeyUsage,
    /** rfc822Name from the user's e-mail, if there is one. */
    subjectAltNameEmail: z.boolean(),
    /** userPrincipalName (Microsoft's otherName): a template as in `subject`, e.g. {attributes.UPN}; null: none. */
    subjectAltNameUpn: z.string().min(1).max(200).nullable().default(null),
    /** Certificate policies (RFC 5280 §4.2.1.4): object identifiers without qualifiers. */
    policies: z
      .array(z.string().regex(/^(?:[01]\.(?:\d|[12]\d|3\d)|2\.(?:0|[1-9]\d{0,9}))(?:\.(?:0|[1-9]\d{0,9})){0,14}$/))
      .max(8)
      // §4.2.1.4: a policy MUST NOT appear more than once.
      .refine(isWithoutRepeats, 'the same policy stands there twice')
      .default([]),
  }),
  /** Life of an offer and of a delivery, in whole seconds (commandHeader.timeout; lifespan is the same). */
  offerTimeoutS: z.number().int().min(30).max(1500),
  deliveryTimeoutS: z.number().int().min(30).max(86_400),
  /** Gates before a certificate is made. */
  approval: z.boolean(),
  confirmation: z.boolean(),
  /** Whose word `confirmation` waits for (confirmation.ts). */
  confirmedBy: z.enum(['user', 'staff']).default('user'),
  /** Checks that warn instead of refusing. */
  monitoredChecks: z.array(z.enum(MONITORABLE_CHECKS)).default([]),
  /** Checks of that list whose failure neither refuses nor passes: staff decide. Counts more than monitoring. */
  heldChecks: z.array(z.enum(MONITORABLE_CHECKS)).default([]),
})

function isWithoutRepeats(values: readonly string[]): boolean {
  return new Set(values).size === values.length
}

/** What the certificate of one key of the profile will say: the profile's own, with what the key changes. */
export const certificateOfKey = (
  definition: Pick<ProfileDefinition, 'certificate' | 'keys'>,
  keyid: string,
): ProfileDefinition['certificate'] => {
  const { keyUsage, extendedKeyUsage } = definition.keys.find((key) => key.keyid === keyid) ?? {}
  return {
    ...definition.certificate,
    ...(keyUsage === undefined ? {} : { keyUsage }),
    ...(extendedKeyUsage === undefined ? {} : { extendedKeyUsage }),
  }
}
export type ProfileDefinition = z.infer<typeof profileDefinitionSchema>
