/**
 * Gates on what the portal is made of: versions below which known attacks work, and constructs that have no place in the product. They
 * need no network, so they also hold where no advisory service can be asked.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import config from '../next.config.js'

const root = new URL('../', import.meta.url)
const text = (path: string): string => readFileSync(new URL(path, root), 'utf8')
const json = (path: string) => JSON.parse(text(path))

/** Lowest versions in which everything known on 2026-11-23 is fixed. */
const FLOOR: Record<string, string> = {
  // CVE-2026-126187 and CVE-2026-119350 (16.4.1, 16.4.5); 16.4.6 brings the sharp that is fixed.
  next: '16.4.6',
  // CVE-2026-126187.
  react: '19.3.1',
  'react-dom': '19.3.1',
  // GHSA-wq5f-xc86-pv6w.
  sharp: '0.35.5',
}

/** Versions are three numbers here: a pre-release would fail, as it should. */
const atLeast = (version: string, floor: string): boolean => {
  const numbers = (one: string): number[] => one.split('.').map(Number)
  const [a, b] = [numbers(version), numbers(floor)]
  const differing = a.findIndex((part, i) => part !== b[i])
  return a.length === 3 && !a.some(Number.isNaN) && (differing < 0 || (a[differing] ?? 0) > (b[differing] ?? 0))
}

interface LockedPackage {
  version?: string
  integrity?: string
  hasInstallScript?: boolean
}
const locked = Object.entries(json('package-lock.json').packages as Record<string, LockedPackage>).filter(([path]) => path !== '')
/** Packages for other kinds of machines are locked and not here. */
const installed = locked.filter(([path]) => existsSync(new URL(path, root)))
const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)

/** Product sources that are kept in the repository; tests are not the product. */
const sources = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter((path) => /\.(ts|tsx|js|mjs|cjs)$/.test(path) && !path.startsWith('e2e/') && !/\.test\.tsx?$/.test(path))
  .filter((path) => existsSync(new URL(path, root)))

const whereIs = (construct: RegExp): string[] => sources.filter((path) => construct.test(text(path)))

describe('versions', () => {
  it('no copy of a package with a known hole is locked below the version that fixes it', () => {
    const low = locked.filter(([path, { version }]) => {
      const floor = FLOOR[nameOf(path)]
      return floor !== undefined && !atLeast(version ?? '', floor)
    })
    expect(low).toEqual([])
    expect(['next', 'react', 'react-dom'].every((name) => locked.some(([path]) => nameOf(path) === name))).toBe(true)
  })

  it('what is installed is what is locked', () => {
    for (const name of ['next', 'react', 'react-dom', 'jose', '@peculiar/x509'])
      expect([name, json(`node_modules/${name}/package.json`).version]).toEqual([
        name,
        locked.find(([path]) => path === `node_modules/${name}`)?.[1].version,
      ])
  })

  it('every dependency is pinned, and every installed package has its digest', () => {
    const { dependencies, devDependencies } = json('package.json')
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, range]) => !/^\d+\.\d+\.\d+/.test(String(range)),
    )
    expect(loose).toEqual([])
    expect(installed.filter(([, one]) => !one.integrity?.startsWith('sha512-')).map(([path]) => path)).toEqual([])
  })

  it('packages with install scripts are the ones somebody decided on', () => {
    const allowed: Record<string, boolean> = json('package.json').allowScripts
    const undecided = installed.filter(([path, one]) => one.hasInstallScript === true && allowed[nameOf(path)] === undefined)
    expect(undecided.map(([path]) => path)).toEqual([])
  })
})

describe('constructs that have no place in the product', () => {
  it.each<[string, RegExp]>([
    ['TLS without checking the certificate', /rejectUnauthorized\s*:\s*false|NODE_TLS_REJECT_UNAUTHORIZED/],
    ['SQL put together from text', /\$(queryRawUnsafe|executeRawUnsafe)/],
    ['HTML put together from text', /dangerouslySetInnerHTML|\.(innerHTML|outerHTML)\s*=|insertAdjacentHTML|document\.write\(/],
    ['merging of objects, by which a member named __proto__ gets its way', /Object\.assign\(|Object\.setPrototypeOf\(/],
    ['code made from text', /\beval\(|new Function\(|vm\.runIn/],
    ['cached functions of Next', /['"]use cache['"]/],
    ['the Edge runtime', /runtime\s*=\s*['"]edge['"]/],
  ])('%s', (_name, construct) => expect(whereIs(construct)).toEqual([]))

  it('the search looks at the product', () => {
    expect(sources.length).toBeGreaterThan(200)
    expect(whereIs(/export class DerNode /)).toEqual(['lib/core/asn1/der-reader.ts'])
  })
})

describe('what Next is told', () => {
  it('image optimiser, product header, source maps, rewrites and cached components are off', () => {
    expect(config).toMatchObject({ images: { unoptimized: true }, poweredByHeader: false, productionBrowserSourceMaps: false })
    expect(Object.keys(config).filter((name) => ['rewrites', 'cacheComponents', 'experimental'].includes(name))).toEqual([])
  })
})
