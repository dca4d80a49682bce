/**
 * Reads a request's body up to a limit, in bytes and in time, whatever Content-Length says or leaves out. Never holds more than the
 * limit plus the one piece that crossed it (F-S13: 64 KiB + 1, never-ending and slow bodies, compressed bombs).
 */
export type BodyReading = { status: 'ok'; body: Buffer } | { status: 'too_large' | 'too_slow' | 'encoded' | 'broken' }

export interface BodyLimits {
  maxBytes: number
  timeoutMs: number
}

export const BODY_LIMITS: BodyLimits = { maxBytes: 64 * 1024, timeoutMs: 10_000 }

/** A body that was promised too large is refused unread; the rest is counted as it comes. */
export async function readBody(request: Request, { maxBytes, timeoutMs }: BodyLimits = BODY_LIMITS): Promise<BodyReading> {
  const encoding = request.headers.get('content-encoding')
  if (encoding !== null && encoding.toLowerCase() !== 'identity') return { status: 'encoded' }
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) return { status: 'too_large' }
  if (!request.body) return { status: 'ok', body: Buffer.alloc(0) }

  const reader = request.body.getReader()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((done) => {
    timer = setTimeout(() => done('late'), timeoutMs)
  })
  const pieces: Uint8Array[] = []
  let length = 0
  try {
    for (;;) {
      const next = await Promise.race([reader.read(), late])
      if (next === 'late') return { status: 'too_slow' }
      if (next.done) return { status: 'ok', body: Buffer.concat(pieces, length) }
      length += next.value.byteLength
      if (length > maxBytes) return { status: 'too_large' }
      pieces.push(next.value)
    }
  } catch {
    // The caller went away, or its framing is broken: there is nobody to tell, and nothing to keep.
    return { status: 'broken' }
  } finally {
    clearTimeout(timer)
    reader.cancel().catch(() => undefined)
  }
}

/** True for application/json, with or without parameters. */
export function isJson(request: Request): boolean {
  return /^application\/json\s*(;|$)/i.test(request.headers.get('content-type') ?? '')
}
