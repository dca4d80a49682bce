/**
 * Job prove-revocation: looks, as anybody in the world would, whether a revocation (hold, release) has taken effect, in the CA's CRL and by
 * its OCSP responder, until both have been seen.
 *
 * The addresses are those in the certificate itself, which a pinned CA signed; answers are believed by that CA's signature alone
 * (published-status.ts), redirects are not followed, and link-local addresses are never asked. Looks come quickly at first, because our own
 * CA publishes within seconds, and then ever more rarely; what is not to be seen when it is due becomes an incident, and looking goes on.
 * For a CA that a person has to tell, the first sight is what makes the portal call the certificate revoked.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Grant } from '#lib/auth/permissions.ts'
import { type Chain, openChain } from '#lib/core/x509/chain.ts'
import { encodeOcspRequest } from '#lib/core/x509/ocsp-request.ts'
import {
  readStatusFromCrl,
  readStatusFromOcsp,
  type StatusQuestion,
  type StatusReading,
} from '#lib/core/x509/published-status.ts'
import { type ProofFinding, type ProofTask, readProofTask, recordFindings } from '#lib/data/revocation-proofs.ts'
import { type HttpOutcome, requestHttp } from '#lib/external/http.ts'
import { revocationMessages as texts } from '#lib/messages/revocation.ts'

/** Seconds between looks. */
const WAITS_S = [1, 2, 3, 5, 10, 20, 30, 60, 120, 300, 600, 1_200] as const
const LAST_WAIT_S = 3_600
/** A CRL lists a certificate until it has ended; some days later there is nothing to be seen any more. */
const GIVE_UP_MS = 7 * 86_400_000
const MAX_CRL_BYTES = 16 << 20
const MAX_OCSP_BYTES = 65_536

export async function proveRevocation(grant: Grant<'system:work'>, job: { requestId: string }): Promise<void> {
  const task = await readProofTask(grant, job.requestId)
  if (!task || task.open.length === 0) return
  const chain = openChain(task.chain)
  await recordFindings(grant, task, await Promise.all(task.open.map((place) => look(task, chain, place))))
}

async function look(task: ProofTask, chain: Chain, place: ProofTask['open'][number]): Promise<ProofFinding> {
  const { source, url, checks } = place
  const question: StatusQuestion = { chain, serialNumber: task.serialNumber, now: task.now }
  const ended = task.notAfter.getTime() + GIVE_UP_MS < task.now.getTime()
  const nextS = ended ? null : (WAITS_S[checks] ?? LAST_WAIT_S)
  const { reading, body } = source === 'crl' ? await askCrl(url, question) : await askOcsp(url, question)
  if (!reading.ok) return { source, seen: null, detail: reading.detail, nextS }
  const { seen } = reading
  const wished = isWished(task, reading)
  const detail = seen.status === 'revoked' ? texts.seenRevoked(seen.reason, seen.revokedAt) : texts.seenGood
  if (!wished) return { source, seen: null, detail, nextS }
  return {
    source,
    seen: {
      sha256: createHash('sha256').update(body).digest() as Uint8Array<ArrayBuffer>,
      crlNumber: reading.crlNumber,
      saidAt: seen.status === 'revoked' ? seen.revokedAt : null,
    },
    detail,
    nextS,
  }
}

/** A hold is seen by its reason; for a revocation any reason but a hold will do, because CAs write down their own. */
function isWished({ kind }: ProofTask, { seen }: Extract<StatusReading, { ok: true }>): boolean {
  if (kind === 'release') return seen.status === 'good'
  return seen.status === 'revoked' && (seen.reason === 'certificateHold') === (kind === 'hold')
}

interface Asked {
  reading: StatusReading
  body: Uint8Array
}

const NOTHING = new Uint8Array()

async function askCrl(url: string, question: StatusQuestion): Promise<Asked> {
  const outcome = await requestHttp({
    method: 'GET',
    url,
    headers: { accept: 'application/pkix-crl' },
    maxResponseBytes: MAX_CRL_BYTES,
    configuredByPeople: true,
  })
  const body = bodyOf(outcome)
  if (body === null) return { reading: { ok: false, detail: sayWhat(outcome) }, body: NOTHING }
  return { reading: readStatusFromCrl(Uint8Array.from(body), question), body }
}

async function askOcsp(url: string, question: StatusQuestion): Promise<Asked> {
  const nonce = randomBytes(32)
  const outcome = await requestHttp({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/ocsp-request', accept: 'application/ocsp-response' },
    body: encodeOcspRequest(question.chain.signer, question.serialNumber, nonce),
    maxResponseBytes: MAX_OCSP_BYTES,
    configuredByPeople: true,
  })
  const body = bodyOf(outcome)
  if (body === null) return { reading: { ok: false, detail: sayWhat(outcome) }, body: NOTHING }
  return { reading: readStatusFromOcsp(Uint8Array.from(body), question, nonce), body }
}

const bodyOf = (outcome: HttpOutcome): Buffer | null =>
  outcome.kind === 'response' && outcome.status === 200 ? outcome.body : null

/** In words, without anything that the other side wrote. */
function sayWhat(outcome: HttpOutcome): string {
  if (outcome.kind === 'response') return texts.httpStatus(outcome.status)
  if (outcome.kind === 'too_large') return texts.tooLarge(outcome.limit)
  return texts.noAnswer(outcome.detail)
}
