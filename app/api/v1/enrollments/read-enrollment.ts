import type { Actor } from '#lib/auth/permissions.ts'
import { authorize } from '#lib/auth/permissions.ts'
import { getEnrollment } from '#lib/data/enrollments.ts'
import { found } from '../found.ts'
import { enrollmentShape } from '../shapes.ts'

/** The enrolment as it is now, after somebody did something with it. @throws RequestError not_found */
export async function readEnrollment(actor: Actor, id: string): Promise<ReturnType<typeof enrollmentShape>> {
  return enrollmentShape(found(await getEnrollment(authorize(actor, 'enrollment:read'), id)))
}
