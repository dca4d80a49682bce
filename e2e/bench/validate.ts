/**
 * P1: one full validation of the vendor's answer (C1–C25, key hygiene included) against the three bare signature checks it contains,
 * keys ready. P2: the most expensive rejection of the whole matrix against one accepted validation. P3: validations a second in one
 * process with sixteen in flight, and what they do to its event loop. What is compared runs in turns in one process; medians of the
 * repetitions; of P1 and P2 only the ratio counts.
 */
import { createPublicKey, verify } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { pathToFileURL } from 'node:url'
import { type CheckAnswerInput, checkAnswer } from '#lib/core/enrollment/checks/index.ts'
import { readCsr } from '#lib/core/x509/csr.ts'
import { buildAnswer } from '../builders/answer.ts'
import { vendorExample } from '../builders/vendor-example.ts'
import { ANSWER_CASES } from '../matrix/answers.ts'
import { type BenchRow, median } from './row.ts'

const REPETITIONS = 15
const CALLS = 150
const WARM_UP = 600

export async function bench(): Promise<BenchRow[]> {
  const example = vendorExample()
  if (checkAnswer(example).verdict !== 'passed') throw new Error('the vendor’s example does not pass')
  const bare = bareVerifications(example)
  for (let i = 0; i < WARM_UP; i++) checkAnswer(example)
  const [full, verifications] = measure([() => void checkAnswer(example), bare]) as [number, number]
  const { worst, accepted, name } = measureRejections()
  const { perSecond, p99Ms } = await measureThroughput()
  return [
    row('P1', 'one answer checked against the three bare signature checks', full, verifications, '≤ 8×', (ratio) => ratio <= 8),
    row(
      'P2',
      `worst of ${ANSWER_CASES.length} cases (${name}) against one accepted answer`,
      worst,
      accepted,
      '≤ 3× and ≤ 2 ms',
      (ratio) => ratio <= 3 && worst <= 2000,
    ),
    {
      id: 'P3',
      title: `answers checked in one process, ${IN_FLIGHT} in flight`,
      figure: `${perSecond.toFixed(0)} /s, event loop p99 ${p99Ms.toFixed(1)} ms`,
      denominator: '–',
      ratio: null,
      target: '≥ 1 500 /s, p99 ≤ 20 ms',
      ok: perSecond >= 1500 && p99Ms <= 20,
    },
  ]
}

/** How many of the matrix's cases, the slowest of a first look, are measured as carefully as the accepted answer. */
const FINALISTS = 8

function measureRejections(): { worst: number; accepted: number; name: string } {
  const good = buildAnswer()
  const cases = ANSWER_CASES.filter(({ code }) => code !== null).map((one) => ({
    name: `${one.id} ${one.title}`,
    input: one.input(),
  }))
  for (let i = 0; i < WARM_UP; i++) checkAnswer(good)
  const finalists = cases
    .map((one) => ({ ...one, firstLookUs: shortest(() => void checkAnswer(one.input), 7) }))
    .sort((a, b) => b.firstLookUs - a.firstLookUs)
    .slice(0, FINALISTS)
  const [accepted = Number.NaN, ...rejected] = measure(
    [good, ...finalists.map(({ input }) => input)].map((input) => () => void checkAnswer(input)),
    50,
  )
  const worst = Math.max(...rejected)
  return { worst, accepted, name: finalists[rejected.indexOf(worst)]?.name ?? '' }
}

/** µs. */
function shortest(run: () => void, turns: number): number {
  const times = Array.from({ length: turns }, () => {
    const start = process.hrtime.bigint()
    run()
    return Number(process.hrtime.bigint() - start) / 1000
  })
  return Math.min(...times)
}

const IN_FLIGHT = 16
const THROUGHPUT_MS = 4_000

/** Answers that differ, so that nothing can be remembered from one to the next; between two of them the event loop has its turn. */
async function measureThroughput(): Promise<{ perSecond: number; p99Ms: number }> {
  const answers = Array.from({ length: 64 }, (_, i) =>
    buildAnswer({ payload: (p) => ({ ...p, deviceinfo: { name: `phone ${i}` } }) }),
  )
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const start = performance.now()
  let done = 0
  const worker = async (): Promise<void> => {
    while (performance.now() - start < THROUGHPUT_MS) {
      const input = answers[done++ % answers.length] as CheckAnswerInput
      if (checkAnswer(input).verdict !== 'passed') throw new Error('a good answer is refused')
      await new Promise((turn) => setImmediate(turn))
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker))
  const seconds = (performance.now() - start) / 1000
  delay.disable()
  return { perSecond: done / seconds, p99Ms: delay.percentile(99) / 1e6 }
}

function row(
  id: string,
  title: string,
  us: number,
  denominatorUs: number,
  target: string,
  holds: (ratio: number) => boolean,
): BenchRow {
  const ratio = us / denominatorUs
  return {
    id,
    title,
    figure: `${us.toFixed(0)} µs`,
    denominator: `${denominatorUs.toFixed(0)} µs`,
    ratio: Number(ratio.toFixed(2)),
    target,
    ok: holds(ratio),
  }
}

/** Medians in µs a call; the functions take turns (ABAB…). */
function measure(functions: (() => void)[], calls = CALLS): number[] {
  for (const run of functions) for (let i = 0; i < calls; i++) run()
  const times = functions.map((): number[] => [])
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    functions.forEach((run, i) => {
      const start = process.hrtime.bigint()
      for (let call = 0; call < calls; call++) run()
      times[i]?.push(Number(process.hrtime.bigint() - start) / 1000 / calls)
    })
  }
  return times.map(median)
}

/** Outer JWS, inner JWS and PKCS#10 of the example, taken to pieces beforehand. */
function bareVerifications(example: CheckAnswerInput): () => void {
  const callback = JSON.parse(Buffer.from(example.body).toString('utf8'))
  const split = (text: string) => {
    const [header, payload, signature] = text.split('.') as [string, string, string]
    return {
      input: Buffer.from(`${header}.${payload}`),
      payload: JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')),
      signature: Buffer.from(signature, 'base64url'),
    }
  }
  const outer = split(callback.provResponse.result.data)
  const inner = split(outer.payload.profile.signedkeys[0])
  const csr = readCsr(Buffer.from(inner.payload.certreq, 'base64'))
  const attestationKey = example.policy.trustedKeys[0]?.key
  if (attestationKey === undefined) throw new Error('no attestation key')
  const newKey = createPublicKey({ key: { kty: 'RSA', n: inner.payload.n, e: inner.payload.e }, format: 'jwk' })
  const jobs = [
    { input: outer.input, key: attestationKey, signature: outer.signature },
    { input: inner.input, key: newKey, signature: inner.signature },
    { input: csr.info, key: newKey, signature: csr.signature },
  ]
  return () => {
    for (const job of jobs)
      if (!verify('sha256', job.input, job.key, job.signature)) throw new Error('a signature of the example does not verify')
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) console.table(await bench())
