'use server'
import { defineAction } from '#lib/auth/action.ts'
import { closeIncident } from '#lib/workflows/close-incident.ts'
import { closeIncidentSchema } from './schema.ts'

export const closeIncidentAction = defineAction({ permission: 'incident:close', input: closeIncidentSchema }, closeIncident)
