import { problemResponse } from '#lib/http/problem.ts'
import { apiMessages } from '#lib/messages/api.ts'

/** Addresses that are none: a problem document, not a page. */
const refuse = async (): Promise<Response> => problemResponse('not_found', { detail: apiMessages.noSuchPath })

export { refuse as DELETE, refuse as GET, refuse as PATCH, refuse as POST, refuse as PUT }
