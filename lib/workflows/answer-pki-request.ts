/** Job answer-pki-request: a question that the web took and only the worker can answer (lib/data/pki-requests.ts). One answerer a kind. */
import type { Grant } from '#lib/auth/permissions.ts'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { type PkiRequest, type PkiRequestKind, readPkiRequest, storePkiReply } from '#lib/data/pki-requests.ts'
import { logger } from '#lib/log.ts'
import { answerOcsp } from './answer-ocsp.ts'
import { answerScep } from './answer-scep.ts'
import type { WorkerContext } from './worker-context.ts'

export type PkiContext = Pick<WorkerContext, 'caKeyPassphrase' | 'publicUrl'>
type Answerer = (grant: Grant<'system:work'>, context: PkiContext, request: PkiRequest) => Promise<Bytes>

/** What an answerer throws is tried again while somebody may still wait; what its protocol calls an error is an answer. */
const ANSWERERS: Readonly<Record<PkiRequestKind, Answerer>> = { ocsp: answerOcsp, scep: answerScep }

const isKind = (kind: string): kind is PkiRequestKind => Object.hasOwn(ANSWERERS, kind)

export async function answerPkiRequest(
  grant: Grant<'system:work'>,
  context: PkiContext,
  { requestId }: { requestId: string },
): Promise<void> {
  const request = await readPkiRequest(grant, requestId)
  if (request === null) return
  if (!isKind(request.kind)) {
    // A newer web beside an older worker, for the minutes of an update.
    logger('pki').warn({ requestId, kind: request.kind }, 'nobody here answers questions of this kind')
    return storePkiReply(grant, requestId, { problem: 'This worker does not know questions of this kind.' })
  }
  await storePkiReply(grant, requestId, { reply: await ANSWERERS[request.kind](grant, context, request) })
}
