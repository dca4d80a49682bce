import { z } from 'zod'
import { HERMOD_CONNECTION } from '#lib/core/connection-test.ts'
import { MAX_SECRET_CHARACTERS } from '#lib/messages/connections.ts'

/** The configuration itself is checked by its kind's schema in the workflow, which has the sentences. */
export const issuerSchema = z.strictObject({
  id: z.uuid().optional(),
  name: z
    .string()
    .trim()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'Small letters, digits and hyphens, at most 63.'),
  kind: z.enum(['est', 'scep']),
  config: z.record(z.string().max(40), z.union([z.string().max(64_000), z.boolean(), z.number(), z.null()])),
  secrets: z.record(z.string().max(40), z.string().max(MAX_SECRET_CHARACTERS)),
  /** One-time challenges, one a line. */
  challenges: z.string().max(150_000).optional(),
  discardChallenges: z.boolean().optional(),
})

export const testSchema = z.strictObject({
  connection: z.union([z.literal(HERMOD_CONNECTION), z.uuid()]),
  acceptSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
})
