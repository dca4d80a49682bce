/**
 * The messages of an enrolment, as sent and received, in the order of time: commands, Hermod's replies and its callbacks.
 *
 * Three things are blanked, because whoever reads them could act with them: every offer URI (a bearer token is in it, that of a delivery
 * too), the nonce of an offer that is still live, and requests with a challenge of a CA that made no certificate for it (yet): it is still good. Bytes of a callback that are not UTF-8 are shown as U+FFFD; the stored ones stay.
 */
import { isUtf8 } from 'node:buffer'
import type { Grant } from '#lib/auth/permissions.ts'
import { BARE_OFFER, OFFER_TOKEN } from '#lib/core/bundle/blank.ts'
import { type ExchangeMessage, HIDDEN_REQUEST } from '#lib/core/views.ts'
import { db } from '#lib/db.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'
import { isId } from './new-id.ts'

const HIDDEN_URI = '(taken out: an offer is a bearer secret)'
const HIDDEN_NONCE = '(hidden while the code is live)'

/** A JSON string after the member name: `"uri": "…"`. Works on broken JSON too, which is when one wants to see it. */
const member = (name: string): RegExp => new RegExp(`("${name}"\\s*:\\s*)"(?:[^"\\\\]|\\\\.)*"`, 'g')

/** Text of a message without what it must not show. Exported for its test. */
export function blankSecrets(
  text: string,
  { nonceIsLive, challengeIsLive = false }: { nonceIsLive: boolean; challengeIsLive?: boolean },
): string {
  const withoutOffers = (challengeIsLive ? blankRequests(text) : text)
    .replace(member('uri'), (whole, start: string) => (/plugout|token=/i.test(whole) ? `${start}"${HIDDEN_URI}"` : whole))
    .replace(BARE_OFFER, HIDDEN_URI)
    .replace(OFFER_TOKEN, (_whole, start: string) => `${start}(taken out)`)
  return nonceIsLive
    ? withoutOffers.replace(member('nonce'), (_whole, start: string) => `${start}"${HIDDEN_NONCE}"`)
    : withoutOffers
}

/** The dummies of a command, and the JWS of an answer, in which they come back. */
const blankRequests = (text: string): string =>
  ['certreq', 'data'].reduce(
    (left, name) => left.replace(member(name), (_whole, start: string) => `${start}"${HIDDEN_REQUEST}"`),
    text,
  )

/**
 * Column of a command `c`: it carries a challenge, and no certificate has been made for its enrolment.
 */
const CHALLENGE_IS_LIVE = Prisma.sql`(
  EXISTS (SELECT FROM command_key k WHERE k.command_id = c.id AND k.attributes_sha256 IS NOT NULL)
  AND NOT EXISTS (SELECT FROM enrollment_key k JOIN certificate t ON t.enrollment_key_id = k.id
                  WHERE k.enrollment_id = c.enrollment_id AND t.status <> 'reserved'))`

/** Longer ones are cut, and say so: a page is not a place for megabytes. Callbacks are at most 64 KiB anyway. */
const MAX_CHARS = 96 * 1024
const bounded = (text: string): string =>
  text.length <= MAX_CHARS ? text : `${text.slice(0, MAX_CHARS)}\n… (${text.length - MAX_CHARS} more characters)`

interface RawCommandMessage {
  id: string
  kind: 'provision' | 'certificate'
  attempt: number
  state: string
  requestBody: string
  replyStatus: number | null
  replyBody: string | null
  createdAt: Date
  sentAt: Date | null
  failureDetail: string | null
  challengeIsLive: boolean
}

interface RawCallbackMessage {
  id: string
  kind: string
  commandKind: 'provision' | 'certificate'
  body: Uint8Array
  state: string
  outcome: string | null
  receivedAt: Date
  repeats: number
  answerTo: string | null
  challengeIsLive: boolean
}

/** @returns null for an enrolment that does not exist */
export async function getExchange(
  _grant: Grant<'enrollment:read' | 'enrollment:manage'>,
  id: string,
): Promise<ExchangeMessage[] | null> {
  if (!isId(id)) return null
  const [found, commands, callbacks] = await Promise.all([
    db().$queryRaw<{ id: string }[]>`SELECT id FROM enrollment WHERE id = ${id}::uuid`,
    db().$queryRaw<RawCommandMessage[]>`
      SELECT id, kind::text AS kind, attempt, state::text AS state, request_body AS "requestBody", reply_status AS "replyStatus",
             reply_body AS "replyBody", created_at AS "createdAt", sent_at AS "sentAt", failure_detail AS "failureDetail", ${CHALLENGE_IS_LIVE} AS "challengeIsLive"
      FROM command c WHERE enrollment_id = ${id}::uuid ORDER BY created_at LIMIT 100`,
    db().$queryRaw<RawCallbackMessage[]>`
      SELECT b.id, b.kind, c.kind::text AS "commandKind", b.body, b.state::text AS state, b.outcome, b.received_at AS "receivedAt", b.repeats,
             a.command_id AS "answerTo", ${CHALLENGE_IS_LIVE} AS "challengeIsLive"
      FROM callback b JOIN command c ON c.id = b.command_id LEFT JOIN answer a ON a.callback_id = b.id AND a.judged_for = c.enrollment_id
      WHERE c.enrollment_id = ${id}::uuid ORDER BY b.received_at LIMIT 100`,
  ])
  if (found.length === 0) return null
  return [...commands.flatMap(fromCommand), ...callbacks.map(fromCallback)].sort((a, b) => a.at.localeCompare(b.at))
}

function fromCommand(c: RawCommandMessage): ExchangeMessage[] {
  const nonceIsLive = c.kind === 'provision' && (c.state === 'sending' || c.state === 'sent')
  const sent: ExchangeMessage = {
    id: c.id,
    at: c.createdAt.toISOString(),
    direction: 'to_hermod',
    kind: c.kind,
    title: `${c.kind} command ${c.attempt}`,
    status: c.state,
    body: bounded(blankSecrets(c.requestBody, { nonceIsLive, challengeIsLive: c.challengeIsLive })),
    note: c.failureDetail,
    ...plain(c.requestBody),
  }
  if (c.replyBody === null && c.replyStatus === null) return [sent]
  return [
    sent,
    {
      id: `${c.id}-reply`,
      at: (c.sentAt ?? c.createdAt).toISOString(),
      direction: 'from_hermod',
      kind: c.kind,
      title: `reply to ${c.kind} command ${c.attempt}`,
      status: c.replyStatus === null ? '' : `HTTP ${c.replyStatus}`,
      body: bounded(blankSecrets(c.replyBody ?? '', { nonceIsLive })),
      note: null,
      ...plain(c.replyBody ?? ''),
    },
  ]
}

const plain = (body: string) => ({ size: Buffer.byteLength(body), bytes: null, answerTo: null })

function fromCallback(b: RawCallbackMessage): ExchangeMessage {
  const octets = Buffer.from(b.body)
  const text = new TextDecoder('utf-8').decode(octets)
  const blanked = (body: string): string => blankSecrets(body, { nonceIsLive: false, challengeIsLive: b.challengeIsLive })
  return {
    id: b.id,
    at: b.receivedAt.toISOString(),
    direction: 'from_hermod',
    kind: b.commandKind,
    title: `callback${b.kind ? ` to /${b.kind}` : ''}`,
    status: b.repeats > 0 ? `${b.state}, came ${b.repeats + 1} times` : b.state,
    body: bounded(blanked(text)),
    note: b.outcome,
    size: octets.length,
    bytes: isUtf8(octets) ? null : Buffer.from(blanked(octets.toString('latin1')), 'latin1').toString('base64'),
    answerTo: b.answerTo,
  }
}
