/** Which phones are a person's: those that answered and were waited for, or refused, by whoever had to confirm them are not. */
import { Prisma } from '#lib/generated/prisma/client.ts'

/** Of `p`, a phone. */
export const PHONE_TAKEN = Prisma.sql`
  NOT EXISTS (SELECT FROM enrollment x WHERE x.phone_id = p.id AND x.state IN ('confirming', 'rejected', 'expired', 'cancelled'))`
