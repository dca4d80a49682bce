import { z } from 'zod'
import { REVOCATION_REASONS } from '#lib/core/x509/crl-reasons.ts'
import { numberParam, oneOfParam, pageParam, textParam } from '../search-params.ts'

export const certificateListParams = z.object({
  q: textParam,
  status: oneOfParam(['active', 'expiring', 'expired', 'revoked']),
  /** With status=expiring: within so many days. */
  days: numberParam(1, 365),
  sort: oneOfParam(['-issued', 'issued', 'expiry', '-expiry']),
  page: pageParam,
})

const why = { reason: z.enum(REVOCATION_REASONS), note: z.string().max(500).optional() }

/** One certificate, or everything of a phone or a person. */
export const revokeSchema = z.union([
  z.strictObject({ certificateId: z.uuid(), ...why }),
  z.strictObject({ phoneId: z.uuid(), ...why }),
  z.strictObject({ userId: z.uuid(), alsoCancel: z.boolean().optional(), ...why }),
])

export const releaseSchema = z.strictObject({ certificateId: z.uuid() })
