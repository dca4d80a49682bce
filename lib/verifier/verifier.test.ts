/** The browser's verifier as it is built, on WebCrypto, against the one of the command line: the same lines for the same files. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BundleKey, makeBundle, makeBundleKey, makeContent } from '#e2e/builders/bundle.ts'
import type { BundleVerdict } from '#lib/core/bundle/verdict.ts'
import { verifyBundle } from '#lib/core/bundle/verify.ts'
import { toPem } from '#lib/core/x509/certificate.ts'
import { bundleVerifier, makeVerifier } from '#lib/embedded/build-verifier.ts'

const folder = mkdtempSync(join(tmpdir(), 'certdesk-verifier-'))
let worker: Worker
let key: BundleKey

/** A thread of its own: the build puts its Buffer in the place of Node's. */
const WORKER = `
import { parentPort } from 'node:worker_threads'
const { verifyInBrowser } = await import('./verifier.mjs')
parentPort.on('message', async ({ file, keys }) => parentPort.postMessage(await verifyInBrowser(new Uint8Array(file), keys)))
`

beforeAll(async () => {
  key = makeBundleKey()
  writeFileSync(join(folder, 'verifier.mjs'), await bundleVerifier(join(import.meta.dirname, 'verify-in-browser.ts'), 'esm'))
  writeFileSync(join(folder, 'worker.mjs'), WORKER)
  worker = new Worker(join(folder, 'worker.mjs'))
})
afterAll(async () => {
  await worker?.terminate()
  rmSync(folder, { recursive: true, force: true })
})

const inBrowser = (file: Uint8Array, keys = ''): Promise<BundleVerdict> =>
  new Promise((done, fail) => {
    worker.removeAllListeners().once('message', done).once('error', fail)
    worker.postMessage({ file, keys })
  })

describe('the verifier in the browser', () => {
  it.each([
    ['RSA keys', {}],
    [
      'EC keys',
      {
        keys: [
          { keyid: 'a', usage: 'SIG', keyTypes: ['EC-P256'] },
          { keyid: 'b', usage: 'AUT', keyTypes: ['EC-P384'] },
        ],
      },
    ],
  ])('says what the command line says: %s', async (_name, options) => {
    const file = makeBundle(makeContent({}, options), key)
    const verdict = await inBrowser(file, toPem('PUBLIC KEY', key.spki))
    expect(verdict.ok).toBe(true)
    expect(verdict).toEqual(verifyBundle(file, { trustedKeys: [key.spki] }))
  })

  it('of refused and unreadable answers too, and of a key that did not sign', async () => {
    for (const bends of [
      { outer: (good: string) => `${good.slice(0, -4)}AAAA` },
      { body: () => '{"provResponse":' },
      { csrDer: (good: Uint8Array) => good.slice(0, 99) },
    ]) {
      const file = makeBundle(makeContent(bends), key)
      expect(await inBrowser(file)).toEqual(verifyBundle(file))
    }
    const file = makeBundle(makeContent(), key)
    expect((await inBrowser(file, toPem('PUBLIC KEY', makeBundleKey().spki))).ok).toBe(false)
  })

  it('any octet flipped fails the same named part', async () => {
    const file = makeBundle(makeContent(), key)
    for (let at = 3; at < file.length; at += Math.ceil(file.length / 60)) {
      const flipped = Buffer.from(file)
      flipped[at] = (flipped[at] as number) ^ 1
      const verdict = await inBrowser(flipped)
      expect(verdict.ok).toBe(false)
      expect(verdict).toEqual(verifyBundle(flipped))
    }
  }, 60_000)

  it('is one file that can load and send nothing', async () => {
    const page = await makeVerifier()
    expect(page.match(/<script/g)).toHaveLength(1)
    expect(page).toMatch(
      /Content-Security-Policy" content="default-src 'none'; script-src 'sha256-[A-Za-z0-9+/=]+'; style-src 'sha256-/,
    )
    expect(page).not.toMatch(/ (?:src|href)=/)
    expect(page.length).toBeLessThan(400_000)
  })
})
