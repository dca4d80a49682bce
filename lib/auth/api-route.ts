/**
 * REST routes: `defineRoute` puts around a handler what every call needs, in this order: a token that is somebody's, who may do this; a
 * body that is JSON, small and complete; path, query and body that parse. Everything refused is a problem document.
 *
 * ```ts
 * export const { GET, POST, PUT, PATCH, DELETE } = defineMethods({
 *   POST: defineRoute({ permission: 'user:manage', body: newUserSchema }, async ({ grant, body }) => created(await createUser(grant, body))),
 * })
 * ```
 */
import type { z } from 'zod'
import { RequestError } from '#lib/core/errors.ts'
import { type ProblemOptions, problemResponse } from '#lib/http/problem.ts'
import { BODY_LIMITS, type BodyReading, isJson, readBody } from '#lib/http/read-body.ts'
import { translateError } from '#lib/http/translate-error.ts'
import { apiMessages } from '#lib/messages/api.ts'
import { actorFromBearer } from './actor.ts'
import { type Actor, authorize, type Grant, type Permission } from './permissions.ts'

export type RouteHandler = (
  request: Request,
  context: { params: Promise<Record<string, string | string[] | undefined>> },
) => Promise<Response>

export interface RouteRule<P extends Permission, Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> {
  permission: P
  /** A path that does not parse names nothing: 404. */
  params?: Params
  query?: Query
  body?: Body
  /** Who asks; an API token unless said otherwise. */
  actor?: (request: Request) => Promise<Actor | null>
}

export interface RouteCall<P extends Permission, Params, Query, Body> {
  grant: Grant<P>
  params: Params
  query: Query
  body: Body
  request: Request
}

export function defineRoute<
  P extends Permission,
  Params extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodType = z.ZodUndefined,
  Body extends z.ZodType = z.ZodUndefined,
>(
  rule: RouteRule<P, Params, Query, Body>,
  handler: (call: RouteCall<P, z.output<Params>, z.output<Query>, z.output<Body>>) => Promise<Response>,
): RouteHandler {
  return async (request, context) => {
    try {
      const actor = await (rule.actor ?? actorFromBearer)(request)
      if (!actor) {
        const detail = request.headers.has('authorization') ? apiMessages.badToken : apiMessages.noToken
        return problemResponse('not_signed_in', { detail })
      }
      const grant = authorize(actor, rule.permission)
      const params = rule.params?.safeParse(await context.params)
      if (params && !params.success) throw new RequestError('not_found', apiMessages.notFound)
      const query = rule.query?.parse(queryFields(request))
      const body = rule.body ? rule.body.parse(await jsonBody(request)) : undefined
      const call = { grant, params: params?.data, query, body, request }
      return await handler(call as RouteCall<P, z.output<Params>, z.output<Query>, z.output<Body>>)
    } catch (error) {
      if (error instanceof Problem) return problemResponse(error.problem, error.options)
      const { pathname } = new URL(request.url)
      const { code, message, fields, errorId } = translateError(error, `${request.method} ${pathname}`)
      const detail = code === 'not_allowed' ? apiMessages.notAllowed : message
      return problemResponse(code, { detail, fields, ...(errorId ? { more: { errorId } } : {}) })
    }
  }
}

/** Leaves a handler with a problem that no RequestErrorCode stands for. */
class Problem extends Error {
  readonly problem: Parameters<typeof problemResponse>[0]
  readonly options: ProblemOptions
  constructor(problem: Parameters<typeof problemResponse>[0], detail: string) {
    super(detail)
    this.problem = problem
    this.options = { detail }
  }
}

/** Parameters as text; one that comes twice stays a list and fails the schema. */
function queryFields(request: Request): Record<string, unknown> {
  const { searchParams } = new URL(request.url)
  return Object.fromEntries(
    [...new Set(searchParams.keys())].map((name) => {
      const all = searchParams.getAll(name)
      return [name, all.length === 1 ? all[0] : all]
    }),
  )
}

async function jsonBody(request: Request): Promise<unknown> {
  if (!isJson(request)) throw new Problem('unsupported_media_type', apiMessages.jsonOnly)
  const reading = await readBody(request)
  if (reading.status !== 'ok') throw bodyProblem(reading.status)
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(reading.body))
  } catch (cause) {
    throw new RequestError('invalid_input', apiMessages.notJson, { cause })
  }
}

function bodyProblem(status: Exclude<BodyReading['status'], 'ok'>): Error {
  if (status === 'too_large') return new Problem('too_large', apiMessages.tooLarge(BODY_LIMITS.maxBytes / 1024))
  if (status === 'too_slow') return new Problem('too_slow', apiMessages.tooSlow)
  if (status === 'encoded') return new Problem('unsupported_media_type', apiMessages.jsonOnly)
  return new RequestError('invalid_input', apiMessages.notJson)
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
type Method = (typeof METHODS)[number]

/** The methods a route file exports; those not given answer 405 with Allow. */
export function defineMethods(given: Partial<Record<Method, RouteHandler>>): Record<Method, RouteHandler> {
  const allowed = METHODS.filter((method) => given[method]).join(', ')
  const refuse: RouteHandler = async () =>
    problemResponse('method_not_allowed', { detail: apiMessages.methodNotAllowed(allowed), headers: { allow: allowed } })
  return {
    GET: given.GET ?? refuse,
    POST: given.POST ?? refuse,
    PUT: given.PUT ?? refuse,
    PATCH: given.PATCH ?? refuse,
    DELETE: given.DELETE ?? refuse,
  }
}

/** JSON that belongs to the one who asked: no cache keeps it. */
export const json = (value: unknown, init: { status?: number; headers?: Record<string, string> } = {}): Response =>
  new Response(JSON.stringify(value), {
    status: init.status ?? 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'private, no-store', ...init.headers },
  })
