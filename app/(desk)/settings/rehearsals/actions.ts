'use server'
import { defineAction } from '#lib/auth/action.ts'
import { rehearsalWishSchema } from '#lib/core/enrollment/rehearsal.ts'
import { requestRehearsal } from '#lib/workflows/request-rehearsal.ts'

/** For every page whose saving is rehearsed first (components/settings/rehearsal.tsx). */
export const rehearseAction = defineAction({ permission: 'settings:manage', input: rehearsalWishSchema }, requestRehearsal)
