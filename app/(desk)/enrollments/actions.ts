'use server'
/** What staff may do with enrolments: thin, each one workflow or verb. */
import { defineAction } from '#lib/auth/action.ts'
import { createLink } from '#lib/data/links.ts'
import { webEnv } from '#lib/env.ts'
import { askCaAgain } from '#lib/workflows/ask-ca-again.ts'
import { cancelEnrollment } from '#lib/workflows/cancel-enrollment.ts'
import { confirmPhone } from '#lib/workflows/confirm-phone.ts'
import { redeliverCertificates } from '#lib/workflows/redeliver.ts'
import { renewOffer } from '#lib/workflows/renew-offer.ts'
import { requestBundle } from '#lib/workflows/request-bundle.ts'
import { startEnrollment } from '#lib/workflows/start-enrollment.ts'
import { confirmSchema, linkSchema, oneSchema, startSchema } from './schema.ts'

export const startAction = defineAction({ permission: 'enrollment:manage', input: startSchema }, startEnrollment)

export const newCodeAction = defineAction({ permission: 'enrollment:manage', input: oneSchema }, (grant, { id }) =>
  renewOffer(grant, id),
)

export const cancelAction = defineAction({ permission: 'enrollment:manage', input: oneSchema }, (grant, { id }) =>
  cancelEnrollment(grant, id),
)

export const confirmAction = defineAction({ permission: 'enrollment:manage', input: confirmSchema }, confirmPhone)

export const sendAgainAction = defineAction({ permission: 'enrollment:manage', input: oneSchema }, (grant, { id }) =>
  redeliverCertificates(grant, id),
)

export const askCaAgainAction = defineAction({ permission: 'enrollment:manage', input: oneSchema }, (grant, { id }) =>
  askCaAgain(grant, id),
)

/** Resolves to true if the bundle is made already; else the worker makes it. */
export const bundleAction = defineAction({ permission: 'enrollment:read', input: oneSchema }, (grant, { id }) =>
  requestBundle(grant, id),
)

/** The whole link, as it is to be given to the person. It is shown once; only its hash is kept. */
export const makeLinkAction = defineAction({ permission: 'enrollment:manage', input: linkSchema }, async (grant, input) => {
  const { token, expiresAt } = await createLink(grant, input)
  return { url: `${webEnv().publicUrl}/enroll/${token}`, expiresAt }
})
