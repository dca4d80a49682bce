/**
 * A server-sent event stream that says "changed" whenever its topic changed (F-W31): at once, again after every change, a comment every
 * 15 s, and gone within a minute of the right to hear it being gone. A reader that does not read is let go of.
 */
import { systemClock } from '#lib/clock.ts'
import { problemResponse } from '#lib/http/problem.ts'
import { watch } from './hub.ts'

const RECHECK_MS = 45_000
/** Messages that may wait for a slow reader. */
const BACKLOG = 16

const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
const FIRST = encode('retry: 1000\n\nevent: changed\ndata: changed\n\n')
const CHANGED = encode('event: changed\ndata: changed\n\n')
const HEARTBEAT = encode(': still here\n\n')

export interface StreamRequest {
  topic: string
  owner: string
  /** Asked about once a minute; false or a failure ends the stream. */
  mayStill: () => Promise<boolean>
  /** The request's: aborted when the browser goes. */
  signal: AbortSignal
}

export function changeStream({ topic, owner, mayStill, signal }: StreamRequest): Response {
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null
  let checkedMs = systemClock.now().getTime()

  const send = (message: Uint8Array<ArrayBuffer>): void => {
    if (controller && (controller.desiredSize ?? 0) < -BACKLOG) end()
    else controller?.enqueue(message)
  }
  const recheck = async (): Promise<void> => {
    checkedMs = systemClock.now().getTime()
    // A database that is away for a moment is no reason to throw everybody out at once: asked again at the next tick.
    const may = await mayStill().catch(() => null)
    if (may === false) end()
    if (may === null) checkedMs = 0
  }
  const stop = watch({
    topic,
    owner,
    changed: () => send(CHANGED),
    tick() {
      send(HEARTBEAT)
      if (systemClock.now().getTime() - checkedMs >= RECHECK_MS) void recheck()
    },
  })
  if (stop === 'too_many_of_owner') return problemResponse('too_many_requests', { headers: { 'retry-after': '15' } })
  if (stop === 'too_many') return problemResponse('unavailable', { headers: { 'retry-after': '15' } })

  function end(): void {
    const open = controller
    controller = null
    if (typeof stop === 'function') stop()
    signal.removeEventListener('abort', end)
    try {
      open?.close()
    } catch {
      // Cancelled by the reader already.
    }
  }
  const body = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given
      if (signal.aborted) return end()
      signal.addEventListener('abort', end)
      send(FIRST)
    },
    cancel: end,
  })
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      // "no-transform": compression would hold events back until its buffer is full.
      'cache-control': 'private, no-store, no-transform',
      'x-accel-buffering': 'no',
    },
  })
}
