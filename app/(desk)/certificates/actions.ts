'use server'
import { defineAction } from '#lib/auth/action.ts'
import { requestRelease, requestRevocation, requestRevocations } from '#lib/workflows/request-revocation.ts'
import { releaseSchema, revokeSchema } from './schema.ts'

export const revokeAction = defineAction({ permission: 'certificate:revoke', input: revokeSchema }, async (grant, wish) => {
  if ('certificateId' in wish) await requestRevocation(grant, wish)
  else await requestRevocations(grant, 'phoneId' in wish ? { phoneId: wish.phoneId } : { userId: wish.userId }, wish)
})

export const releaseAction = defineAction({ permission: 'certificate:revoke', input: releaseSchema }, requestRelease)
