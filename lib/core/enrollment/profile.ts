/**
 * What a profile version says: keys to ask for, how the subject is made, what the certificate will carry, how long an offer lives.
 * Stored as JSON in profile_version.definition and checked with this schema whenever it is read.
 */
import { z } from 'zod'

/** One row of the table of key types: what is asked on the wire and what an answer must then be (protocol note, section 5). */
export const KEY_TYPES = {
  'RSA-2048': { keytype: 'RSA', keylength: '2048', responsemechanism: 'RS256', documented: true },
} as const
export type KeyType = keyof typeof KEY_TYPES

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
      z.strictObject({
        keyid: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
        usage: z.enum(['SIG']),
        keyType: z.enum(Object.keys(KEY_TYPES) as [KeyType, ...KeyType[]]),
      }),
    )
    .min(1)
    .max(4),
  certificate: z.strictObject({
    validityDays: z.number().int().min(1).max(3650),
    keyUsage: z.array(z.enum(['digitalSignature', 'nonRepudiation', 'keyEncipherment', 'keyAgreement'])).min(1),
    extendedKeyUsage: z.array(z.enum(['clientAuth', 'emailProtection', 'smartcardLogon'])),
    /** rfc822Name from the user's e-mail, if there is one. */
    subjectAltNameEmail: z.boolean(),
  }),
  /** Life of an offer and of a delivery, in whole seconds (commandHeader.timeout; lifespan is the same). */
  offerTimeoutS: z.number().int().min(30).max(1500),
  deliveryTimeoutS: z.number().int().min(30).max(86_400),
  /** Gates before a certificate is made. */
  approval: z.boolean(),
  confirmation: z.boolean(),
})
export type ProfileDefinition = z.infer<typeof profileDefinitionSchema>
