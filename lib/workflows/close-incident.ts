/** Closing an incident: somebody has looked, and says what came of it. It stays closed; the same thing does not open it again. */
import type { Grant } from '#lib/auth/permissions.ts'
import { RequestError } from '#lib/core/errors.ts'
import { closeOpenIncident } from '#lib/data/incidents.ts'
import { incidents as words } from '#lib/messages/incidents.ts'

/** @throws RequestError invalid_input, not_found, wrong_state */
export async function closeIncident(grant: Grant<'incident:close'>, wish: { id: string; note: string }): Promise<void> {
  const note = wish.note.trim()
  if (note === '') throw new RequestError('invalid_input', words.close.needNote, { fields: { note: words.close.needNote } })
  const outcome = await closeOpenIncident(grant, { id: wish.id, note })
  if (outcome === 'not_found') throw new RequestError('not_found', words.notFound)
  if (outcome === 'closed_before') throw new RequestError('wrong_state', words.close.closedBefore)
}
