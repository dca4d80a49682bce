/**
 * A command-line phone's memory: one folder a profile, keys and certificates as PEM, and what opens its mailbox. Keys and mailbox are
 * readable by their owner only. Node only; the web phone keeps its own in the browser.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromBase64 } from './bytes.ts'
import { toPem } from './certificate.ts'
import type { Box } from './device-api.ts'
import { importPrivateKey } from './keys.ts'
import type { PhoneProfile, StoredCertificate } from './phone.ts'

interface ProfileFile {
  id: string
  servername: string
  name: string
  userid: string
  box: Box
  keyids: string[]
}

/** A key id is the portal's text: only what cannot leave the folder goes into a file name. */
const fileName = (keyid: string, suffix: string): string => `${keyid.replace(/[^A-Za-z0-9_-]/g, '_')}.${suffix}`

const folderOf = (dataDir: string, profileId: string): string => join(dataDir, 'phone', profileId)

/** Keys first, before anything is said to the portal. @returns the folder */
export async function storeProfile(dataDir: string, profile: PhoneProfile): Promise<string> {
  const folder = folderOf(dataDir, profile.id)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (const { keyid, privateKey } of profile.keys) {
    const pkcs8 = new Uint8Array(await crypto.subtle.exportKey('pkcs8', privateKey))
    writeFileSync(join(folder, fileName(keyid, 'key.pem')), toPem('PRIVATE KEY', pkcs8), { mode: 0o600 })
  }
  const { id, servername, name, userid, box, keys } = profile
  const file: ProfileFile = { id, servername, name, userid, box, keyids: keys.map(({ keyid }) => keyid) }
  writeFileSync(join(folder, 'profile.json'), `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 })
  return folder
}

/** @returns the files' paths */
export function storeCertificates(dataDir: string, profile: PhoneProfile, certificates: readonly StoredCertificate[]): string[] {
  return certificates.map(({ keyid, der }) => {
    const path = join(folderOf(dataDir, profile.id), fileName(keyid, 'cert.pem'))
    writeFileSync(path, toPem('CERTIFICATE', der))
    return path
  })
}

/** @throws Error when there is no such profile */
export async function loadProfile(dataDir: string, profileId: string): Promise<PhoneProfile> {
  if (!/^[0-9a-f-]{36}$/.test(profileId)) throw new Error('A profile id is a UUID.')
  const folder = folderOf(dataDir, profileId)
  let file: ProfileFile
  try {
    file = JSON.parse(readFileSync(join(folder, 'profile.json'), 'utf8')) as ProfileFile
  } catch (cause) {
    throw new Error(`There is no profile in ${folder}.`, { cause })
  }
  const { keyids, ...profile } = file
  const keys = await Promise.all(
    keyids.map(async (keyid) => {
      const pem = readFileSync(join(folder, fileName(keyid, 'key.pem')), 'utf8')
      return { keyid, ...(await importPrivateKey(fromBase64(pem.replace(/-----[^-]+-----|\s/g, '')))) }
    }),
  )
  return { ...profile, keys }
}
