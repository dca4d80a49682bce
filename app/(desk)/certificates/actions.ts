'use server'
import { defineAction } from '#lib/auth/action.ts'
import { authorize } from '#lib/auth/permissions.ts'
import { cancelEnrollmentsOf } from '#lib/workflows/cancel-enrollment.ts'
import { requestRelease, requestRevocation, requestRevocations } from '#lib/workflows/request-revocation.ts'
import { releaseSchema, revokeSchema } from './schema.ts'

export const revokeAction = defineAction({ permission: 'certificate:revoke', input: revokeSchema }, async (grant, wish) => {
  if ('certificateId' in wish) return requestRevocation(grant, wish)
  if ('phoneId' in wish) await requestRevocations(grant, { phoneId: wish.phoneId }, wish)
  else {
    // First, so that none of them brings a certificate after the question was asked.
    if (wish.alsoCancel) await cancelEnrollmentsOf(authorize(grant.actor, 'enrollment:manage'), wish.userId)
    await requestRevocations(grant, { userId: wish.userId }, wish)
  }
})

export const releaseAction = defineAction({ permission: 'certificate:revoke', input: releaseSchema }, requestRelease)
