/**
 * What the REST interface takes and gives: the one source for checking input, for shaping output, and for the OpenAPI document.
 * Input objects are strict: an unknown member is refused, so that a misspelt "profil" is not silently nothing (F-W26).
 */
import { z } from 'zod'
import { CHECK_IDS } from '#lib/core/enrollment/evidence.ts'
import { KEY_TYPES, KEY_USAGES, type KeyType, type KeyUsageWord } from '#lib/core/enrollment/profile.ts'
import { ENROLLMENT_STATES, type EnrollmentState } from '#lib/core/enrollment/state.ts'
import { REVOCATION_REASONS } from '#lib/core/x509/crl-reasons.ts'
import { PROBLEM_CODES } from '#lib/http/problem.ts'

// ── Words used everywhere ───────────────────────────────────────────────────────────────────────────────────────────────────

/** No control characters, no line or paragraph separators, nothing that turns the direction of what follows. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
export const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff]|\p{Cs}/u

const line = (max: number) =>
  z
    .string()
    .trim()
    .normalize('NFC')
    .min(1, 'It must not be empty.')
    .max(max, `It must have at most ${max} characters.`)
    .refine((text) => !UNPRINTABLE.test(text), 'It has characters that cannot be shown.')

export const useridSchema = z
  .string()
  .regex(/^[A-Za-z0-9._@-]{1,64}$/, 'A user id has 1 to 64 letters, digits and . _ @ - only.')
  .meta({ description: 'The name of a person in the directory; the phone shows it.', example: 'anders.wallbom' })

const attributesSchema = z
  .record(z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,31}$/, 'An attribute is named by letters and digits.'), line(200))
  .refine((attributes) => Object.keys(attributes).length <= 20, 'At most 20 attributes.')
  .refine((attributes) => attributes.C === undefined || /^[A-Z]{2}$/.test(attributes.C), {
    path: ['C'],
    error: 'C is a country code of two capital letters, as SE.',
  })
  .meta({
    description: 'Feeds the subject template of profiles: C, L, O, OU …',
    example: { C: 'SE', L: 'Stockholm', O: 'Example AB', OU: 'Support' },
  })

const stateSchema = z.enum(Object.keys(ENROLLMENT_STATES) as [EnrollmentState, ...EnrollmentState[]])
const time = z.iso.datetime().meta({ description: 'UTC' })

const limit = z
  .string()
  .regex(/^\d{1,3}$/, 'This is not a whole number.')
  .transform(Number)
  .pipe(z.number().min(1).max(200))
  .optional()
  .meta({ description: '1 to 200; 50 by default', override: { type: 'integer', minimum: 1, maximum: 200 } })

/** A list's page: `limit` at most 200, `cursor` as the page before gave it. */
const paging = {
  q: z.string().trim().max(200).optional().meta({ description: 'Search text' }),
  limit,
  cursor: z.string().max(1600).optional().meta({ description: 'nextCursor of the page before' }),
} // biome-ignore format: one line each

const pageOf = <T extends z.ZodType>(items: T) =>
  z.object({
    items: z.array(items),
    nextCursor: z.string().nullable(),
    total: z.number().int().meta({ description: 'How many there are in all; counted up to 10 000' }),
  })

// ── Input ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────

export const newUserSchema = z
  .strictObject({
    userid: useridSchema,
    name: line(200),
    email: z.email('This is not an e-mail address.').max(254).regex(/^[\x21-\x7e]+$/, 'Only ASCII is possible in a certificate.').optional(),
    department: line(200).optional(),
    attributes: attributesSchema.optional(),
  })
  .meta({ id: 'NewUser' }) // biome-ignore format: one line each

export const newEnrollmentSchema = z
  .strictObject({ userid: useridSchema, profile: z.string().min(1).max(200).meta({ description: 'name of a profile' }) })
  .meta({ id: 'NewEnrollment' })

export const revocationSchema = z
  .strictObject({
    reason: z.enum(REVOCATION_REASONS).meta({ description: 'CRLReason as RFC 5280 §5.3.1 names it' }),
    note: line(500).optional(),
  })
  .meta({ id: 'Revocation' })

export const releaseSchema = z.strictObject({ note: line(500).optional() }).meta({ id: 'Release' })

export const confirmationSchema = z
  .strictObject({
    theirs: z
      .boolean()
      .meta({ description: 'Whether the phone that answered is the person’s; where staff decide, whether it is released' }),
    reason: line(500).optional().meta({ description: 'Why; required where staff decide' }),
  })
  .meta({ id: 'Confirmation' })

export const idParamsSchema = z.object({ id: z.uuid() })
export const useridParamsSchema = z.object({ userid: useridSchema })

export const userQuerySchema = z.strictObject({ ...paging, status: z.enum(['active', 'disabled']).optional() })
export const enrollmentQuerySchema = z.strictObject({
  ...paging,
  state: stateSchema.optional(),
  userid: useridSchema.optional(),
})
export const certificateQuerySchema = z.strictObject({
  ...paging,
  status: z.enum(['active', 'expiring', 'expired', 'revoked']).optional(),
})

export const idempotencyKeySchema = z.string().regex(/^[\x20-\x7e]{1,200}$/)

// ── Output ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

export const userSchema = z
  .object({
    id: z.uuid(),
    userid: z.string(),
    name: z.string(),
    email: z.string().nullable(),
    department: z.string().nullable(),
    status: z.enum(['active', 'disabled']),
    phones: z.number().int(),
    activeCertificates: z.number().int(),
    soonestExpiry: time.nullable(),
  })
  .meta({ id: 'User' })
export const userPageSchema = pageOf(userSchema).meta({ id: 'UserPage' })

export const certificateSchema = z
  .object({
    id: z.uuid(),
    serialNumber: z.string().nullable().meta({ description: 'lower-case hexadecimal; null while a remote CA has not given it' }),
    subject: z.string(),
    issuer: z.string(),
    profile: z.string(),
    userid: z.string(),
    status: z.enum(['reserved', 'active', 'expiring', 'expired', 'held', 'revoked']),
    notBefore: time,
    notAfter: time,
    issuedAt: time.nullable(),
    deliveredAt: time.nullable(),
    revokedAt: time.nullable(),
    revocationReason: z.string().nullable(),
  })
  .meta({ id: 'Certificate' })
export const certificatePageSchema = pageOf(certificateSchema).meta({ id: 'CertificatePage' })

export const certificateDetailSchema = certificateSchema
  .extend({
    pem: z.string().nullable(),
    chainPem: z.array(z.string()),
    sha256: z.string().nullable(),
    spkiSha256: z.string(),
    enrollmentId: z.uuid(),
    keyid: z.string(),
    revocation: z
      .object({
        kind: z.enum(['revoke', 'hold', 'release']),
        state: z.enum(['wanted', 'by_hand', 'done', 'void']).meta({ description: 'by_hand: a person has to do it at the CA' }),
        reason: z.string(),
        note: z.string().nullable(),
        requestedBy: z.string(),
        requestedAt: time,
        doneAt: time.nullable(),
        proofs: z.array(
          z.object({
            source: z.enum(['ocsp', 'crl']),
            url: z.string(),
            firstSeenAt: time.nullable(),
            lastCheckedAt: time.nullable(),
          }),
        ),
      })
      .nullable()
      .meta({ description: 'the newest wish about its standing, and where the portal itself has seen it take effect' }),
  })
  .meta({ id: 'CertificateDetail' })

export const revocationsSchema = z
  .object({ certificates: z.number().int().meta({ description: 'for how many it was written down now' }) })
  .meta({ id: 'Revocations' })

export const userDetailSchema = userSchema
  .extend({
    attributes: z.record(z.string(), z.string()),
    createdAt: time,
    phoneList: z.array(
      z.object({
        id: z.uuid(),
        name: z.string(),
        model: z.string(),
        operatingsystem: z.string(),
        profile: z.string(),
        lastContactAt: time,
        certificates: z.array(certificateSchema),
      }),
    ),
    certificates: z.array(certificateSchema),
  })
  .meta({ id: 'UserDetail' })

export const profileSchema = z
  .object({
    name: z.string(),
    title: z.string(),
    version: z.number().int(),
    servername: z.string(),
    issuer: z.string(),
    keys: z.array(
      z.object({
        keyid: z.string(),
        usage: z.enum(Object.keys(KEY_USAGES) as [KeyUsageWord, ...KeyUsageWord[]]),
        keyTypes: z
          .array(z.enum(Object.keys(KEY_TYPES) as [KeyType, ...KeyType[]]))
          .meta({ description: 'In order of preference: the phone makes the first that it can' }),
      }),
    ),
    validityDays: z.number().int(),
    approval: z.boolean(),
    confirmation: z.boolean(),
    confirmedBy: z.enum(['user', 'staff']).meta({ description: 'whose word is waited for where confirmation is true' }),
  })
  .meta({ id: 'Profile' })
export const profileListSchema = z.object({ items: z.array(profileSchema) }).meta({ id: 'ProfileList' })

const deviceSchema = z
  .object({ name: z.string(), model: z.string(), operatingsystem: z.string() })
  .meta({ id: 'Device', description: 'As the phone said it: untrusted text' })

export const enrollmentRowSchema = z
  .object({
    id: z.uuid(),
    state: stateSchema,
    userid: z.string(),
    profile: z.string(),
    createdAt: time,
    stateChangedAt: time,
    device: deviceSchema.nullable(),
    failure: z.object({ code: z.string(), message: z.string() }).nullable(),
  })
  .meta({ id: 'EnrollmentRow' })
export const enrollmentPageSchema = pageOf(enrollmentRowSchema).meta({ id: 'EnrollmentPage' })

export const enrollmentSchema = enrollmentRowSchema
  .extend({
    profileVersion: z.number().int().meta({ description: 'of the profile, as it was when the enrolment was started' }),
    offer: z
      .object({ uri: z.string(), expiresAt: time })
      .nullable()
      .meta({ description: 'The live offer. A bearer secret: whoever holds it may enrol.' }),
    confirmation: z
      .object({
        by: z.enum(['user', 'staff']),
        heldBy: z.array(z.enum(CHECK_IDS)).meta({ description: 'checks that would have refused the answer' }),
        until: time,
      })
      .nullable()
      .meta({ description: 'whose word about the phone is waited for; null in every state but confirming' }),
    keys: z.array(z.object({ keyid: z.string(), usage: z.string().nullable(), csrSubject: z.string(), spkiSha256: z.string() })),
    certificates: z.array(
      z.object({
        id: z.uuid(),
        keyid: z.string(),
        serialNumber: z.string().nullable(),
        subject: z.string(),
        notAfter: time,
        pem: z.string().nullable(),
      }),
    ),
    timeline: z.array(
      z.object({
        at: time,
        action: z.string(),
        state: stateSchema.nullable(),
        actor: z.string(),
        detail: z.record(z.string(), z.unknown()),
      }),
    ),
  })
  .meta({ id: 'Enrollment' })

export const evidenceSchema = z
  .object({
    verdict: z.enum(['passed', 'failed']).nullable(),
    policyVersion: z.number().int().nullable().meta({ description: 'of the attestation policy that it was judged by' }),
    checks: z.array(
      z.object({
        id: z.enum(CHECK_IDS),
        title: z.string(),
        outcome: z.enum(['pass', 'fail', 'warn', 'skipped']),
        code: z.string().nullable(),
        expected: z.string(),
        observed: z.string(),
      }),
    ),
  })
  .meta({ id: 'Evidence' })

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.enum(PROBLEM_CODES as [string, ...string[]]).meta({ description: 'stable' }),
    detail: z.string().optional(),
    fields: z.record(z.string(), z.string()).optional().meta({ description: 'field path → sentence' }),
    errorId: z.string().optional().meta({ description: 'the reference under which an unexpected error was logged' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' })
