'use server'
import { defineAction } from '#lib/auth/action.ts'
import { requestRevocation } from '#lib/workflows/request-revocation.ts'
import { revokeSchema } from './schema.ts'

export const revokeAction = defineAction({ permission: 'certificate:revoke', input: revokeSchema }, requestRevocation)
