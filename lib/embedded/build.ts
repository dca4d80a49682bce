/**
 * The pages' build (`next build`), made when it is missing or older than what it is made of. `npm run build` makes it anyway.
 *
 * What the build is made of is hashed; the hash lies beside the build. A build made by `next build` itself has none and counts as current
 * as long as no source is younger.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { VERIFIER, writeVerifier } from './build-verifier.ts'
import { EmbeddedError } from './embedded-error.ts'

export const ROOT = join(import.meta.dirname, '../..')
const BUILD_ID = join(ROOT, '.next/BUILD_ID')
const STAMP = join(ROOT, '.next/certdesk-sources')

const FOLDERS = ['app', 'components', 'lib', 'public']
const FILES = [
  'package-lock.json',
  'next.config.js',
  'postcss.config.mjs',
  'proxy.ts',
  'instrumentation.ts',
  'tsconfig.json',
  'prisma/schema.prisma',
]
/** Run by Node as they are, never part of a page. */
const NOT_IN_PAGES = ['lib/embedded', 'lib/certdesk', 'lib/jobs', 'lib/generated']

export type BuildState = 'missing' | 'outdated' | 'current'

export function buildState(): BuildState {
  if (!existsSync(BUILD_ID) || !existsSync(VERIFIER)) return 'missing'
  const builtAt = statSync(BUILD_ID).mtimeMs
  if (existsSync(STAMP) && statSync(STAMP).mtimeMs >= builtAt)
    return readFileSync(STAMP, 'utf8') === hashSources() ? 'current' : 'outdated'
  return listSources().every((file) => statSync(file).mtimeMs < builtAt) ? 'current' : 'outdated'
}

function listSources(): string[] {
  const files = FOLDERS.flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !/\.(test|spec)\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => file !== VERIFIER)
    .filter((file) => !NOT_IN_PAGES.some((folder) => relative(ROOT, file).startsWith(`${folder}/`)))
  return [...files, ...FILES.map((file) => join(ROOT, file)).filter(existsSync)].sort()
}

function hashSources(): string {
  const hash = createHash('sha256')
  for (const file of listSources()) hash.update(relative(ROOT, file)).update('\0').update(readFileSync(file)).update('\0')
  return hash.digest('hex')
}

/** Runs `next build`. `onStart` is given the process, so that the caller can end it. @throws EmbeddedError with the end of what it said */
export async function buildPages(onStart: (end: () => void) => void = () => undefined, show = false): Promise<void> {
  const hash = hashSources()
  // A build that fails or is interrupted must not leave the last one's name behind.
  rmSync(BUILD_ID, { force: true })
  await writeVerifier()
  const said: string[] = []
  const code = await new Promise<number | null>((done, fail) => {
    // No secret and no address of a database is needed to build, so none is given.
    const env = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      TMPDIR: process.env.TMPDIR,
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
    } as const
    const child = spawn(process.execPath, [join(ROOT, 'node_modules/next/dist/bin/next'), 'build'], {
      cwd: ROOT,
      env,
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
      detached: true,
    })
    onStart(() => child.kill('SIGTERM'))
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => said.push(chunk.toString()))
    child.on('error', fail)
    child.on('exit', done)
  })
  if (code !== 0)
    throw new EmbeddedError(`The pages could not be built:\n${said.join('').trim().split('\n').slice(-30).join('\n')}`)
  writeFileSync(STAMP, hash)
}

if (import.meta.main) {
  try {
    await buildPages(undefined, true)
  } catch (error) {
    if (!(error instanceof EmbeddedError)) throw error
    console.error('The pages could not be built.')
    process.exitCode = 1
  }
}
