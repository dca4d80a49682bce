/**
 * Runs the independent peer (e2e/peer, unchanged: messaging server, phone and REST client that share no code with the portal) against a
 * portal started the production way.
 */
import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, runToEnd, startPortal } from './portal.ts'

/** @returns [passed, failed] as the peer's own last line says. */
export async function runPeer(env: NodeJS.ProcessEnv, extra: string[] = []): Promise<[number, number]> {
  const folder = mkdtempSync(join(tmpdir(), 'certdesk-peer-'))
  const keyFile = join(folder, 'attestation.pem')
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const attestationKeys: unknown = JSON.parse(await runToEnd(['e2e/peer/attestation-jwk.mjs', keyFile], {}))
  const port = await freePort()
  Object.assign(process.env, { CERTDESK_TEST_DATABASE: env.CERTDESK_TEST_DATABASE })
  const portal = await startPortal({ hermodUrl: `http://127.0.0.1:${port}/hermod`, attestationKeys })
  try {
    const token = await portal.certdesk('token', 'create', '--role', 'helpdesk', '--name', 'acceptance')
    const output = await new Promise<string>((done, fail) => {
      const args = [
        'e2e/peer/acceptance.mjs',
        '--portal',
        portal.url,
        '--token',
        token,
        '--port',
        String(port),
        '--attestation',
        keyFile,
      ]
      const child = spawn(process.execPath, [...args, ...extra], { stdio: ['ignore', 'pipe', 'inherit'] })
      let text = ''
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString()
        process.stdout.write(chunk)
      })
      child.on('error', fail)
      child.on('exit', () => done(text))
    })
    const totals = /(\d+) passed, (\d+) failed\s*$/.exec(output)
    if (totals?.[2] !== '0') console.error(portal.log().slice(-4000))
    return totals ? [Number(totals[1]), Number(totals[2])] : [0, 1]
  } finally {
    await portal.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
