'use server'
import { defineAction } from '#lib/auth/action.ts'
import { blockNamedKey } from '#lib/workflows/block-key.ts'
import { readAttestationJwk } from '#lib/workflows/read-attestation-key.ts'
import { saveAttestationPolicy } from '#lib/workflows/save-attestation-policy.ts'
import { unblockNamedKey } from '#lib/workflows/unblock-key.ts'
import { blockKeySchema, readKeySchema, savePolicySchema, unblockKeySchema } from './schema.ts'

export const readKeyAction = defineAction({ permission: 'settings:manage', input: readKeySchema }, readAttestationJwk)
export const savePolicyAction = defineAction({ permission: 'settings:manage', input: savePolicySchema }, saveAttestationPolicy)
export const blockKeyAction = defineAction({ permission: 'settings:manage', input: blockKeySchema }, blockNamedKey)
export const unblockKeyAction = defineAction({ permission: 'settings:manage', input: unblockKeySchema }, unblockNamedKey)
