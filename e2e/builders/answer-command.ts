/** The builder's answer to a command that a portal really sent to a messaging server of the test's own. */
import { randomUUID } from 'node:crypto'
import { readCsr } from '#lib/core/x509/csr.ts'
import type { HermodStub, ReceivedCommand } from '../harness/hermod-stub.ts'
import { type Bends, buildAnswer } from './answer.ts'

/** @param phone whose keys it makes: one pair per name, and the portal certifies no key twice */
export function answerCommand(
  command: ReceivedCommand,
  bends: Bends,
  hermod: Pick<HermodStub, 'url'>,
  phone = 'phone',
): Uint8Array {
  const { nonce, userid, profile } = command.body.provCommand as unknown as {
    nonce: string
    userid: string
    profile: { servername: string; name: string; keygenrequests: { keyid: string; usage: string; certreq: string }[] }
  }
  const { bid, mid } = command.destination
  return buildAnswer(bends, {
    keys: profile.keygenrequests.map(({ keyid, usage }) => ({ keyid, usage, keyTypes: ['RSA-2048'] })),
    subject: readCsr(Buffer.from(profile.keygenrequests[0]?.certreq ?? '', 'base64')).subject,
    situation: {
      host: '127.0.0.1',
      mailboxes: `${hermod.url}/rest/ms`,
      nonce,
      userid,
      servername: profile.servername,
      profileName: profile.name,
      commandId: command.commandId,
      externalId: command.body.commandHeader.externalId,
      bid,
      mid,
      profileId: randomUUID(),
      phone,
    },
  }).body
}
