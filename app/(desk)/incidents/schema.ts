import { z } from 'zod'
import { INCIDENT_KINDS } from '#lib/core/incidents.ts'
import { oneOfParam, pageParam } from '../search-params.ts'

export const incidentListParams = z.object({
  /** Nothing: the open ones. */
  standing: oneOfParam(['closed', 'all']),
  kind: oneOfParam(INCIDENT_KINDS),
  page: pageParam,
})

export const closeIncidentSchema = z.strictObject({ id: z.uuid(), note: z.string().max(500) })
