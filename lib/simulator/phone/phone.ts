/**
 * What a training phone does, step by step, the same in a browser and in Node: open an offer, show it, answer it, wait for the
 * certificate, store it, say so. The steps are separate functions because a person stands between them, and because what must survive a
 * crash (the profile with its keys) is given to the caller before it is needed on the wire.
 */
import { type DeviceInfo, makeAnswer, type PhoneKey, pickKinds } from './answer.ts'
import { type Bytes, fromBase64 } from './bytes.ts'
import { type CertificateSummary, isForKey, readCertificate } from './certificate.ts'
import { readCertificateRequest } from './certificate-request.ts'
import {
  type Box,
  type BoxMessage,
  createBox,
  fetchAppKit,
  fetchMessage,
  fetchMessages,
  openBox,
  type ProvCommand,
  postResponse,
} from './device-api.ts'
import { type NameAttribute, nameToText } from './distinguished-name.ts'
import { type BentKeys, checkFaultFits, type PhoneFaultName, phoneFault } from './faults.ts'
import { ALL_KEY_KINDS, importAttestationKey, type KeyKind, pickKind } from './keys.ts'
import { readOfferLink } from './offer-link.ts'
import { PhoneProblem } from './problem.ts'

/** An opened offer: its token is used up, and `session` stands for it. */
export interface OpenedOffer {
  /** Host name of the messaging server. */
  host: string
  /** Where it is reached from here. */
  origin: string
  messageUrl: string
  session: string
  attestation: CryptoKeyPair
  expiresAt: Date
  command: ProvCommand
  /** What the user is shown of each key's certificate request. */
  requests: OfferedKey[]
}

export interface OfferedKey {
  keyid: string
  usage: string
  subject: NameAttribute[]
  subjectText: string
}

export interface PhoneProfile {
  id: string
  servername: string
  name: string
  userid: string
  box: Box
  keys: PhoneKey[]
}

export interface StoredCertificate {
  keyid: string
  der: Bytes
  summary: CertificateSummary
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** The same server by name: this machine has several. */
function isSameServer(a: URL, b: URL): boolean {
  return a.origin === b.origin || (a.port === b.port && LOOPBACK.test(a.hostname) && LOOPBACK.test(b.hostname))
}

/**
 * Opens an offer.
 * @param link the text of the QR code
 * @param simulatorUrl where the simulator is reached from here, where that is fixed; else the offer says it
 * @throws PhoneProblem
 */
export async function openOffer(link: string, simulatorUrl?: string): Promise<OpenedOffer> {
  const { mailboxUrl, token, host, origin: said } = readOfferLink(link)
  if (!globalThis.crypto?.subtle) throw new PhoneProblem('no_secure_context')
  if (simulatorUrl && !isSameServer(new URL(simulatorUrl), new URL(said))) throw new PhoneProblem('not_simulator')
  const origin = simulatorUrl ? new URL(simulatorUrl).origin : said
  // Before the token goes anywhere.
  const { attestation } = await fetchAppKit(origin)
  const boxUrl = origin + new URL(mailboxUrl).pathname
  const opened = await openBox(boxUrl, token)
  const messageUrl = `${boxUrl}/${opened.messages[0]?.mid}`
  const message = await fetchMessage(messageUrl, opened.session)
  if (message.commandType !== 'PROV') throw new PhoneProblem('offer_unreadable')
  const attestationKey = await importAttestationKey(attestation)
  return { host, origin, messageUrl, session: opened.session, attestation: attestationKey, ...readOffer(message) }
}

function readOffer(
  message: Extract<BoxMessage, { commandType: 'PROV' }>,
): Pick<OpenedOffer, 'expiresAt' | 'command' | 'requests'> {
  const command = message.provCommand
  try {
    const requests = command.profile.keygenrequests.map(({ keyid, usage, certreq }) => {
      const subject = readCertificateRequest(fromBase64(certreq)).subjectAttributes
      return { keyid, usage, subject, subjectText: nameToText(subject) }
    })
    return { expiresAt: new Date(message.expiresAt), command, requests }
  } catch (cause) {
    throw new PhoneProblem('offer_unreadable', { cause })
  }
}

/** The user says no. */
export const refuseOffer = (offer: OpenedOffer, code: number): Promise<void> =>
  postResponse(offer.messageUrl, offer.session, { responseHeader: { status: 200 }, provResponse: { code } })

/** The kind of key that a phone would make of each request; null where it can make none of those asked for. */
export const kindsFor = ({ command }: OpenedOffer, supported: readonly KeyKind[]): (KeyKind | null)[] =>
  command.profile.keygenrequests.map(({ keytypeprios }) => pickKind(keytypeprios, supported))

export interface AnswerOptions {
  device: DeviceInfo
  extractable: boolean
  fault: PhoneFaultName | null
  /** Which of several keys the fault bends, if it is a fault of a key. */
  bentKeys?: BentKeys
  /** The kinds of key that this phone can make. */
  supported?: readonly KeyKind[]
}

/** provResponse code of this phone for an offer whose keys it cannot make; a real one's is not documented. */
export const KEY_TYPE_UNSUPPORTED = 6

export interface PreparedAnswer {
  profile: PhoneProfile
  /** Hands the answer in. @throws PhoneProblem `too_late` */
  post(): Promise<void>
}

/**
 * Makes keys and answer. Nothing has been said to the portal when this returns, so the caller can store the profile first: a phone
 * that answered and then forgot its key would hold a certificate it cannot use.
 *
 * @throws PhoneProblem `key_type_unsupported` after it has said so to the messaging server
 */
export async function prepareAnswer(offer: OpenedOffer, options: AnswerOptions): Promise<PreparedAnswer> {
  const { device, extractable, fault, bentKeys = 'every', supported = ALL_KEY_KINDS } = options
  const { bend, behave } = phoneFault(fault) ?? {}
  const { command, origin, session, attestation, host } = offer
  if (kindsFor(offer, supported).includes(null)) await refuseOffer(offer, KEY_TYPE_UNSUPPORTED)
  checkFaultFits(phoneFault(fault), pickKinds(command, supported), bentKeys)
  const profileId = crypto.randomUUID()
  const box = await createBox(origin, session, profileId)
  const { jws, keys } = await makeAnswer(command, {
    attestation,
    device,
    fqdn: host,
    profileId,
    boxUrl: box.url,
    extractable,
    supported,
    bend,
    bentKeys,
  })
  const { servername, name } = command.profile
  // Reached where the offer was reached, whatever name the server gives itself.
  const reached = { url: origin + new URL(box.url).pathname, key: box.key }
  return {
    profile: { id: profileId, servername, name, userid: command.userid, box: reached, keys },
    post: () =>
      postResponse(
        offer.messageUrl,
        session,
        { responseHeader: { status: 200 }, provResponse: { code: 0, result: { contenttype: 'jws', data: jws } } },
        behave?.post,
      ),
  }
}

export interface Delivery {
  certificates: StoredCertificate[]
  /** Tells the portal: 0 once they are stored. @throws PhoneProblem `too_late` */
  confirm(code: number): Promise<void>
}

/** certResponse codes of this phone; a real one's are not documented. */
const WRONG_PROFILE = 2
const WRONG_KEY = 3
const UNREADABLE = 4

/**
 * Waits for the certificates of a profile and checks that they are for its keys.
 * A server that is away for a moment is asked again until the time is over.
 * @throws PhoneProblem `certificate_late`, `certificate_wrong_key`, `certificate_unreadable`, `box_unknown`
 */
export async function awaitDelivery(
  profile: PhoneProfile,
  { timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal },
): Promise<Delivery> {
  const end = performance.now() + timeoutMs
  for (let pauseMs = 250; ; ) {
    const leftMs = end - performance.now()
    if (leftMs <= 0) throw new PhoneProblem('certificate_late')
    try {
      const waitS = Math.max(1, Math.min(20, Math.ceil(leftMs / 1000)))
      for (const url of await fetchMessages(profile.box.url, profile.box.key, waitS, signal)) {
        const delivery = await readMessage(profile, url, signal)
        if (delivery) return delivery
      }
      pauseMs = 250
    } catch (error) {
      if (!(error instanceof PhoneProblem) || error.code !== 'unreachable') throw error
      await pause(Math.min(pauseMs, leftMs), signal)
      pauseMs = Math.min(pauseMs * 2, 5_000)
    }
  }
}

const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal?.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })

/** Null for what is no certificate for this profile. */
async function readMessage(profile: PhoneProfile, url: string, signal?: AbortSignal): Promise<Delivery | null> {
  const { key } = profile.box
  const message = await fetchMessage(url, key, signal).catch((error: unknown) => {
    // It ran out between the list and now; the next one will come by itself.
    if (error instanceof PhoneProblem && error.code === 'offer_expired') return null
    throw error
  })
  if (!message) return null
  if (message.commandType === 'PING') {
    await postResponse(url, key, { responseHeader: { status: 200 }, pingResponse: { code: 0 } })
    return null
  }
  if (message.commandType !== 'CERT') throw new PhoneProblem('server_error', { detail: message.commandType })
  const answer = (code: number) => postResponse(url, key, { responseHeader: { status: 200 }, certResponse: { code } })
  if (message.certCommand.profileid !== profile.id) {
    await answer(WRONG_PROFILE)
    return null
  }
  const certificates: StoredCertificate[] = []
  for (const { keyid, data } of message.certCommand.certificates) {
    const mine = profile.keys.find((candidate) => candidate.keyid === keyid)
    const certificate = readDelivered(data)
    if (!certificate) {
      await answer(UNREADABLE)
      throw new PhoneProblem('certificate_unreadable')
    }
    if (!mine || !(await isForKey(certificate.summary, mine.publicKey))) {
      await answer(WRONG_KEY)
      throw new PhoneProblem('certificate_wrong_key')
    }
    certificates.push({ keyid, ...certificate })
  }
  return { certificates, confirm: answer }
}

function readDelivered(data: string): { der: Bytes; summary: CertificateSummary } | null {
  try {
    const der = fromBase64(data)
    return { der, summary: readCertificate(der) }
  } catch {
    return null
  }
}
