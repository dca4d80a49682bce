/**
 * Programs of others that tests speak with. On Debian as root what is missing is installed; elsewhere the sentence says what to do: a test
 * that is left out because its peer is missing would be a check that cannot fail.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

export interface Program {
  /** Found by this path, or by name on the PATH. */
  program: string
  packages: readonly string[]
}

export const SCEP_SERVER: Program = { program: 'scepserver', packages: ['scep'] }

/** CA software of other makes. strongSwan's pki speaks TLS with the openssl plugin of the second package only. */
export const CA_PEERS: readonly Program[] = [
  { program: 'openssl', packages: ['openssl'] },
  { program: 'certtool', packages: ['gnutls-bin'] },
  { program: 'pki', packages: ['strongswan-pki'] },
  { program: '/usr/lib/ipsec/plugins/libstrongswan-openssl.so', packages: ['libstrongswan-standard-plugins'] },
  // SCEP by plain HTTP needs a fetcher.
  { program: '/usr/lib/ipsec/plugins/libstrongswan-curl.so', packages: ['libstrongswan-extra-plugins'] },
  SCEP_SERVER,
  { program: 'scepclient', packages: ['scep'] },
  // Its daemon is reached by D-Bus: a bus of the test's own, which starts it and takes it away.
  { program: 'getcert', packages: ['certmonger'] },
  { program: 'dbus-run-session', packages: ['dbus-daemon'] },
]

const isThere = (program: string): boolean =>
  program.startsWith('/') ? existsSync(program) : spawnSync('which', [program], { stdio: 'ignore' }).status === 0

/** @throws Error that names the packages */
export function needPrograms(programs: readonly Program[]): void {
  const missing = programs.filter(({ program }) => !isThere(program)).flatMap(({ packages }) => packages)
  if (missing.length === 0) return
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log(`Installing Debian’s packages ${missing.join(', ')}…`)
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env })
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { stdio: 'inherit', env })
  }
  const still = programs.filter(({ program }) => !isThere(program))
  if (still.length > 0)
    throw new Error(
      `The tests against CA software of other makes need ${still.map(({ program }) => program).join(', ')}. Install it (Debian: apt-get install ${still.flatMap(({ packages }) => packages).join(' ')}) and run npm test again.`,
    )
}
