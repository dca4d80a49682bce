/**
 * P1: one full validation of the vendor's answer (C1–C25, key hygiene included) against the three bare signature checks it contains,
 * keys ready. P2: the most expensive rejection of a hostile set against one accepted validation. Both sides run in turns in one
 * process; medians of the repetitions; only the ratio counts.
 */
import { createPublicKey, verify } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import { type CheckAnswerInput, checkAnswer } from '#lib/core/enrollment/checks/index.ts'
import { readCsr } from '#lib/core/x509/csr.ts'
import { buildAnswer, rsaKey } from '../builders/answer.ts'
import { vendorExample } from '../builders/vendor-example.ts'
import { type BenchRow, median } from './row.ts'

const REPETITIONS = 15
const CALLS = 150
const WARM_UP = 600

export async function bench(): Promise<BenchRow[]> {
  const example = vendorExample()
  if (checkAnswer(example).verdict !== 'passed') throw new Error('the vendor’s example does not pass')
  const bare = bareVerifications(example)
  const [full, verifications] = measure([() => void checkAnswer(example), bare]) as [number, number]
  const hostile = hostileAnswers()
  for (const { name, input } of hostile) if (checkAnswer(input).verdict !== 'failed') throw new Error(`${name} is not refused`)
  const good = buildAnswer()
  const [accepted, ...rejected] = measure([
    () => void checkAnswer(good),
    ...hostile.map(
      ({ input }) =>
        () =>
          void checkAnswer(input),
    ),
  ])
  const worst = Math.max(...rejected)
  const worstName = hostile[rejected.indexOf(worst)]?.name ?? ''
  return [
    row('P1', 'one answer checked against the three bare signature checks', full, verifications, '≤ 8×', (ratio) => ratio <= 8),
    row(
      'P2',
      `worst rejection (${worstName}) against one accepted answer`,
      worst,
      accepted as number,
      '≤ 3× and ≤ 2 ms',
      (ratio) => ratio <= 3 && worst <= 2000,
    ),
  ]
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
function measure(functions: (() => void)[]): number[] {
  for (const run of functions) for (let i = 0; i < WARM_UP; i++) run()
  const times = functions.map((): number[] => [])
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    functions.forEach((run, i) => {
      const start = process.hrtime.bigint()
      for (let call = 0; call < CALLS; call++) run()
      times[i]?.push(Number(process.hrtime.bigint() - start) / 1000 / CALLS)
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

/** Inputs made to cost: deep, many, large, and keys at the edge of what is looked at. */
function hostileAnswers(): { name: string; input: CheckAnswerInput }[] {
  const big = (length: number, octet = 0xff): string => Buffer.alloc(length, octet).toString('base64url')
  return [
    {
      name: 'CSR of 8 KiB of empty values',
      input: buildAnswer({
        csrDer: () => Buffer.concat([Buffer.from([0x30, 0x82, 0x1f, 0xf0]), Buffer.alloc(0x1ff0, Buffer.from([5, 0]))]),
      }),
    },
    { name: 'CSR of 30 KiB', input: buildAnswer({ csrDer: () => Buffer.alloc(30_000, 0x30) }) },
    { name: 'JSON nested without end', input: buildAnswer({ body: () => '['.repeat(60_000) }) },
    {
      name: 'JSON of 10 000 members',
      input: buildAnswer({ body: () => `{${Array.from({ length: 5_000 }, (_, i) => `"m${i}":0`).join(',')}}` }),
    },
    {
      name: 'outer key of 16 384 bits',
      input: buildAnswer({ header: (h) => ({ ...h, jwk: { ...(h.jwk as object), n: big(2048) } }) }),
    },
    {
      name: 'outer key of 4096 bits',
      input: buildAnswer({ header: (h) => ({ ...h, jwk: { ...(h.jwk as object), n: big(512, 0xfd) } }) }),
    },
    { name: 'inner exponent of 2048 bits', input: buildAnswer({ innerPayload: (p) => ({ ...p, e: big(256) }) }) },
    { name: 'inner key of 4096 bits', input: buildAnswer({ key: () => rsaKey('large', 4096) }) },
    {
      name: 'wrong signatures everywhere',
      input: buildAnswer({ signer: () => rsaKey('stranger').privateKey, innerSigner: () => rsaKey('stranger').privateKey }),
    },
    {
      name: 'CSR for another key',
      input: buildAnswer({
        csrParts: (p) => ({
          ...p,
          spki: Buffer.from(rsaKey('stranger').publicKey.export({ type: 'spki', format: 'der' })),
          signer: rsaKey('stranger').privateKey,
        }),
      }),
    },
    { name: 'eight keys for one', input: buildAnswer({ signedkeys: (keys) => Array.from({ length: 8 }, () => keys[0]) }) },
  ]
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) console.table(await bench())
