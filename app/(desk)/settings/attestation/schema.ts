import { z } from 'zod'
import { policyDraftSchema } from '#lib/core/enrollment/attestation-policy.ts'
import { textParam } from '../../search-params.ts'

export const attestationParams = z.object({
  /** SHA-256 of a key that is to be blocked: the form opens with it. */
  block: textParam,
})

export const readKeySchema = z.strictObject({ jwk: z.string().max(10_000) })

export const savePolicySchema = z.strictObject({
  basedOn: z.number().int().min(0),
  draft: policyDraftSchema,
  note: z.string().max(500),
  rehearsalId: z.uuid(),
})

const reason = z.string().max(500)
export const blockKeySchema = z.strictObject({ key: z.string().max(200), reason })
export const unblockKeySchema = z.strictObject({ spkiSha256: z.string().regex(/^[0-9a-f]{64}$/), reason })
