/**
 * The certificate command of one delivery: made where the certificates are released (issue-certificates.ts, in the same statement, so that
 * `delivering` always has its command) or where one has to be made again (deliver-certificates.ts), and given to Hermod.
 */
import type { Grant } from '#lib/auth/permissions.ts'
import { buildCertificateCommand } from '#lib/core/hermod/messages.ts'
import type { NewCommand } from '#lib/data/commands.ts'
import { newId } from '#lib/data/new-id.ts'
import { giveCommand } from './give-command.ts'
import type { WorkerContext } from './worker-context.ts'

export interface DeliveryOf {
  enrollmentId: string
  userid: string
  /** `profile.id` of the phone's answer. */
  profileRef: string
  deliveryTimeoutS: number
  certificates: readonly { keyid: string; der: Uint8Array }[]
}

export function makeCertificateCommand(delivery: DeliveryOf): NewCommand {
  const id = newId()
  const { enrollmentId, deliveryTimeoutS: timeoutS, userid, profileRef, certificates } = delivery
  return {
    id,
    enrollmentId,
    kind: 'certificate',
    externalId: id,
    nonce: null,
    requestBody: JSON.stringify(buildCertificateCommand({ externalId: id, timeoutS, userid, profileRef, certificates })),
    timeoutS,
    lifespanS: timeoutS,
    keys: [],
  }
}

/** The command's row must be committed. @param attempt 1 for the first try of this delivery */
export const giveCertificateCommand = (
  grant: Grant<'system:work'>,
  context: WorkerContext,
  command: NewCommand,
  attempt = 1,
): Promise<void> =>
  giveCommand(grant, context, {
    id: command.id,
    enrollmentId: command.enrollmentId,
    kind: 'certificate',
    body: command.requestBody,
    timeoutS: command.timeoutS,
    attempt,
    waitsIn: ['delivering'],
    giveUp: 'undelivered',
    again: 'deliver-certificates',
    expiry: 'expire-delivery',
  })
