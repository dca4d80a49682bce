/** Wishing for a test of a connection, or for that a CA's new certificate be taken; the worker does both (test-connection.ts). */
import type { Grant } from '#lib/auth/permissions.ts'
import { HERMOD_CONNECTION } from '#lib/core/connection-test.ts'
import { RequestError } from '#lib/core/errors.ts'
import { wishConnectionTest } from '#lib/data/connection-tests.ts'
import { findIssuerSettings } from '#lib/data/remote-issuers.ts'
import { inTransaction } from '#lib/data/transaction.ts'
import { connections as texts } from '#lib/messages/connections.ts'

/** @returns the id of the test that runs now. @throws RequestError not_found */
export async function requestConnectionTest(
  grant: Grant<'settings:manage'>,
  wish: { connection: string; acceptSha256?: string | undefined },
): Promise<{ testId: string }> {
  const { connection, acceptSha256 } = wish
  if (connection !== HERMOD_CONNECTION && (await findIssuerSettings(grant, connection)) === null)
    throw new RequestError('not_found', texts.errors.noIssuer)
  const accept = acceptSha256 === undefined ? null : new Uint8Array(Buffer.from(acceptSha256, 'hex'))
  return { testId: await inTransaction(grant, (tx) => wishConnectionTest(tx, grant, { connection, acceptSha256: accept })) }
}
