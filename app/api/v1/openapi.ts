/**
 * The OpenAPI 3.1 document, made from the very schemas that check the requests (schemas.ts). Adding a route means adding a line here;
 * openapi.test.ts fails when a route file and this table disagree.
 */
import { z } from 'zod'
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi'
import { bundleSchema } from '#lib/core/bundle/format.ts'
import * as s from './schemas.ts'

interface Call {
  method: 'get' | 'post'
  path: string
  id: string
  summary: string
  params?: z.ZodObject
  query?: z.ZodObject
  headers?: z.ZodObject
  body?: z.ZodType
  status?: 200 | 201 | 202
  answer: z.ZodType
  /** Codes worth naming besides those of every call. */
  problems?: Record<number, string>
}

const idempotency = z.object({
  'Idempotency-Key': s.idempotencyKeySchema
    .optional()
    .meta({ description: 'The same key with the same body starts one enrolment, however often it is sent' }),
})

export const CALLS: readonly Call[] = [
  { method: 'post', path: '/users', id: 'createUser', summary: 'Add a person to the directory', body: s.newUserSchema, status: 201, answer: s.userSchema, problems: { 409: 'userid_taken' } },
  { method: 'get', path: '/users', id: 'listUsers', summary: 'Search people', query: s.userQuerySchema, answer: s.userPageSchema },
  { method: 'get', path: '/users/{userid}', id: 'getUser', summary: 'A person with phones and certificates', params: s.useridParamsSchema, answer: s.userDetailSchema },
  { method: 'get', path: '/profiles', id: 'listProfiles', summary: 'What can be enrolled', answer: s.profileListSchema },
  { method: 'post', path: '/enrollments', id: 'startEnrollment', summary: 'Start an enrolment', headers: idempotency, body: s.newEnrollmentSchema, status: 201, answer: s.enrollmentSchema, problems: { 409: 'user_inactive, profile_disabled' } },
  { method: 'get', path: '/enrollments', id: 'listEnrollments', summary: 'Search enrolments', query: s.enrollmentQuerySchema, answer: s.enrollmentPageSchema },
  { method: 'get', path: '/enrollments/{id}', id: 'getEnrollment', summary: 'An enrolment', params: s.idParamsSchema, answer: s.enrollmentSchema },
  { method: 'get', path: '/enrollments/{id}/evidence', id: 'getEvidence', summary: 'What each check of the phone’s answer expected and saw', params: s.idParamsSchema, answer: s.evidenceSchema },
  { method: 'get', path: '/enrollments/{id}/bundle', id: 'getBundle', summary: 'The signed evidence bundle; 202 while the worker makes it: ask again', params: s.idParamsSchema, answer: bundleSchema, problems: { 409: 'wrong_state' } },
  { method: 'post', path: '/enrollments/{id}/offer', id: 'renewOffer', summary: 'A new offer; the old one is dead', params: s.idParamsSchema, answer: s.enrollmentSchema, problems: { 409: 'wrong_state' } },
  { method: 'post', path: '/enrollments/{id}/cancel', id: 'cancelEnrollment', summary: 'Cancel', params: s.idParamsSchema, answer: s.enrollmentSchema, problems: { 409: 'wrong_state' } },
  { method: 'post', path: '/enrollments/{id}/confirmation', id: 'confirmPhone', summary: 'The person’s word on the phone: theirs, or not', params: s.idParamsSchema, body: s.confirmationSchema, answer: s.enrollmentSchema, problems: { 409: 'wrong_state' } },
  { method: 'post', path: '/enrollments/{id}/delivery', id: 'redeliver', summary: 'Send the certificate again', params: s.idParamsSchema, answer: s.enrollmentSchema, problems: { 409: 'wrong_state' } },
  { method: 'post', path: '/enrollments/{id}/issuance', id: 'askCaAgain', summary: 'Ask the CA again for what it refused', params: s.idParamsSchema, answer: s.enrollmentSchema, problems: { 409: 'wrong_state' } },
  { method: 'get', path: '/certificates', id: 'listCertificates', summary: 'Search certificates', query: s.certificateQuerySchema, answer: s.certificatePageSchema },
  { method: 'get', path: '/certificates/{id}', id: 'getCertificate', summary: 'A certificate', params: s.idParamsSchema, answer: s.certificateDetailSchema },
  { method: 'post', path: '/certificates/{id}/release', id: 'releaseCertificate', summary: 'Take a certificate off hold', params: s.idParamsSchema, body: s.releaseSchema, status: 202, answer: s.certificateDetailSchema, problems: { 409: 'wrong_state' } },
  { method: 'post', path: '/phones/{id}/revocation', id: 'revokePhone', summary: 'Revoke every certificate on a phone', params: s.idParamsSchema, body: s.revocationSchema, status: 202, answer: s.revocationsSchema, problems: { 409: 'wrong_state' } },
  { method: 'post', path: '/users/{userid}/revocation', id: 'revokeUser', summary: 'Revoke every certificate of a person', params: s.useridParamsSchema, body: s.revocationSchema, status: 202, answer: s.revocationsSchema, problems: { 409: 'wrong_state' } },
  { method: 'post', path: '/certificates/{id}/revocation', id: 'revokeCertificate', summary: 'Revoke; the worker publishes the list', params: s.idParamsSchema, body: s.revocationSchema, status: 202, answer: s.certificateDetailSchema, problems: { 409: 'wrong_state' } },
] // biome-ignore format: a table

const problem = (description: string) => ({ description, content: { 'application/problem+json': { schema: s.problemSchema } } })

function operation(call: Call): ZodOpenApiOperationObject {
  const takesInput = call.body || call.query
  return {
    operationId: call.id,
    summary: call.summary,
    requestParams: {
      ...(call.params ? { path: call.params } : {}),
      ...(call.query ? { query: call.query } : {}),
      ...(call.headers ? { header: call.headers } : {}),
    },
    ...(call.body ? { requestBody: { required: true, content: { 'application/json': { schema: call.body } } } } : {}),
    responses: {
      [`${call.status ?? 200}`]: { description: call.summary, content: { 'application/json': { schema: call.answer } } },
      '401': problem('not_signed_in'),
      '403': problem('not_allowed'),
      ...(call.params ? { '404': problem('not_found') } : {}),
      ...(call.body ? { '413': problem('too_large'), '415': problem('unsupported_media_type') } : {}),
      ...(takesInput ? { '422': problem('invalid_input') } : {}),
      ...Object.fromEntries(Object.entries(call.problems ?? {}).map(([status, codes]) => [status, problem(codes)])),
      '503': problem('unavailable'),
    },
  }
}

let made: ReturnType<typeof createDocument> | undefined

export function openApiDocument(): ReturnType<typeof createDocument> {
  if (made) return made
  const paths: ZodOpenApiPathsObject = {}
  for (const call of CALLS) paths[call.path] = { ...paths[call.path], [call.method]: operation(call) }
  made = createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Certdesk',
      version: '1',
      description: 'Puts X.509 certificates on people’s phones. Errors are RFC 9457 problem documents with a stable code.',
    },
    servers: [{ url: '/api/v1' }],
    security: [{ token: [] }],
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'certdesk token create' } } },
    paths,
  })
  return made
}
