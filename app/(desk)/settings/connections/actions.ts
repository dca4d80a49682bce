'use server'
/** What an administrator does with connections: thin, each one workflow. Secrets go in and never come back. */
import { defineAction } from '#lib/auth/action.ts'
import { requestConnectionTest } from '#lib/workflows/request-connection-test.ts'
import { saveIssuer } from '#lib/workflows/save-issuer.ts'
import { issuerSchema, testSchema } from './schema.ts'

export const saveIssuerAction = defineAction({ permission: 'settings:manage', input: issuerSchema }, saveIssuer)

export const testConnectionAction = defineAction({ permission: 'settings:manage', input: testSchema }, requestConnectionTest)
