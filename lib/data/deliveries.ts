/** What a certificate command is made of, in one query: where to, and which certificates. */
import type { Grant } from '#lib/auth/permissions.ts'
import { profileDefinitionSchema } from '#lib/core/enrollment/profile.ts'
import type { EnrollmentState } from '#lib/core/enrollment/state.ts'
import { db } from '#lib/db.ts'

export interface DeliveryFacts {
  state: EnrollmentState
  userid: string
  /** `profile.id` of the phone's answer. */
  profileRef: string | null
  deliveryTimeoutS: number
  /** Issued certificates, in the order of their key ids. */
  certificates: { keyid: string; der: Uint8Array }[]
  /** How many keys the phone proved: each must have its certificate. */
  keyCount: number
}

export async function findDeliveryFacts(_grant: Grant<'system:work'>, enrollmentId: string): Promise<DeliveryFacts | null> {
  const rows = await db().$queryRaw<
    (Omit<DeliveryFacts, 'certificates' | 'deliveryTimeoutS'> & {
      definition: unknown
      certificates: { keyid: string; der: string }[] | null
    })[]
  >`
    SELECT e.state::text AS state, u.userid, p.profile_ref AS "profileRef", pv.definition,
      (SELECT count(*)::int FROM enrollment_key k WHERE k.enrollment_id = e.id) AS "keyCount",
      (SELECT json_agg(json_build_object('keyid', k.keyid, 'der', encode(c.der, 'base64')) ORDER BY k.keyid)
       FROM enrollment_key k JOIN certificate c ON c.enrollment_key_id = k.id
       WHERE k.enrollment_id = e.id AND c.status = 'issued') AS certificates
    FROM enrollment e JOIN "user" u ON u.id = e.user_id JOIN profile_version pv ON pv.id = e.profile_version_id
    LEFT JOIN phone p ON p.id = e.phone_id
    WHERE e.id = ${enrollmentId}::uuid`
  const row = rows[0]
  if (!row) return null
  const { definition, certificates, ...rest } = row
  return {
    ...rest,
    deliveryTimeoutS: profileDefinitionSchema.parse(definition).deliveryTimeoutS,
    certificates: (certificates ?? []).map(({ keyid, der }) => ({ keyid, der: Buffer.from(der, 'base64') })),
  }
}
