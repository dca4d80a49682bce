/**
 * The command-line phone's course, without the command line: opens an offer (or takes up a stored profile again), answers, waits for
 * the certificate, stores it, says so. What happens is told event by event; nothing told carries the offer, a token or a nonce.
 */
import type { DeviceInfo } from './answer.ts'
import { type BentKeys, type PhoneFaultName, phoneFault } from './faults.ts'
import { type KeyKind, kindOfKey } from './keys.ts'
import { awaitDelivery, openOffer, type PhoneProfile, prepareAnswer, refuseOffer } from './phone.ts'
import { loadProfile, storeCertificates, storeProfile } from './profile-files.ts'

export type PhoneEvent =
  | {
      event: 'opened'
      server: string
      servername: string
      profile: string
      userid: string
      subjects: Record<string, string>
      expiresAt: string
    }
  | { event: 'refused' }
  | { event: 'left' }
  | { event: 'keys-made'; profileId: string; keyids: string[]; kinds: string[]; folder: string }
  | { event: 'answered'; profileId: string; fault: PhoneFaultName | null }
  | { event: 'waiting'; profileId: string; seconds: number }
  | {
      event: 'certificate'
      keyid: string
      subject: string
      issuer: string
      serialNumber: string
      notBefore: string
      notAfter: string
      file: string
    }
  | { event: 'certificate-not-kept' }
  | { event: 'stored'; profileId: string; folder: string; files: string[] }

export interface PhoneRun {
  /** The offer's link, or the id of a profile stored before. */
  from: { link: string } | { profileId: string }
  dataDir: string
  device: DeviceInfo
  fault: PhoneFaultName | null
  /** Which of several keys the fault bends. */
  bentKeys?: BentKeys
  /** The kinds of key that this phone can make; all of them unless said otherwise. */
  supported?: readonly KeyKind[]
  /** How long to wait for the certificate. */
  timeoutMs: number
  signal?: AbortSignal
  tell: (event: PhoneEvent) => void
}

/**
 * @returns whether a certificate is stored and the portal was told
 * @throws PhoneProblem, and Error for a profile that is not there
 */
export async function runPhone(run: PhoneRun): Promise<boolean> {
  const profile = 'link' in run.from ? await enrol(run, run.from.link) : await loadProfile(run.dataDir, run.from.profileId)
  return profile ? takeCertificate(run, profile) : false
}

async function enrol(run: PhoneRun, link: string): Promise<PhoneProfile | null> {
  const { dataDir, device, fault, bentKeys, supported, tell } = run
  const { behave } = phoneFault(fault) ?? {}
  const offer = await openOffer(link)
  const { servername, name } = offer.command.profile
  tell({
    event: 'opened',
    server: offer.host,
    servername,
    profile: name,
    userid: offer.command.userid,
    subjects: Object.fromEntries(offer.requests.map(({ keyid, subjectText }) => [keyid, subjectText])),
    expiresAt: offer.expiresAt.toISOString(),
  })
  if (behave?.refuse !== undefined) {
    await refuseOffer(offer, behave.refuse)
    tell({ event: 'refused' })
    return null
  }
  if (behave?.silent) {
    tell({ event: 'left' })
    return null
  }
  const { profile, post } = await prepareAnswer(offer, {
    device,
    extractable: true,
    fault,
    bentKeys,
    supported,
  })
  const folder = await storeProfile(dataDir, profile)
  const keyids = profile.keys.map(({ keyid }) => keyid)
  const kinds = profile.keys.map(({ publicKey }) => kindOfKey(publicKey))
  tell({ event: 'keys-made', profileId: profile.id, keyids, kinds, folder })
  await post()
  tell({ event: 'answered', profileId: profile.id, fault })
  return profile
}

async function takeCertificate({ dataDir, fault, timeoutMs, signal, tell }: PhoneRun, profile: PhoneProfile): Promise<boolean> {
  const { behave } = phoneFault(fault) ?? {}
  tell({ event: 'waiting', profileId: profile.id, seconds: Math.round(timeoutMs / 1000) })
  const { certificates, confirm } = await awaitDelivery(profile, { timeoutMs, ...(signal ? { signal } : {}) })
  if (behave?.certificateCode !== undefined) {
    await confirm(behave.certificateCode)
    tell({ event: 'certificate-not-kept' })
    return false
  }
  const files = storeCertificates(dataDir, profile, certificates)
  for (const [index, { keyid, summary }] of certificates.entries()) {
    const { subject, issuer, serialNumber, notBefore, notAfter } = summary
    const times = { notBefore: notBefore.toISOString(), notAfter: notAfter.toISOString() }
    tell({ event: 'certificate', keyid, subject, issuer, serialNumber, ...times, file: files[index] ?? '' })
  }
  if (behave?.certificateSilent) {
    tell({ event: 'certificate-not-kept' })
    return false
  }
  await confirm(0)
  const folder = files[0]?.replace(/[/\\][^/\\]+$/, '') ?? dataDir
  tell({ event: 'stored', profileId: profile.id, folder, files })
  return true
}

/** How long to wait unless told: a portal that must refuse an answer sends nothing, and that is not worth a minute. */
export function defaultTimeoutMs(fault: PhoneFaultName | null): number {
  const ends = phoneFault(fault)?.ends ?? 'completed'
  return ends === 'rejected' || ends === 'expired' ? 3_000 : 60_000
}
