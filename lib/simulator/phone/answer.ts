/**
 * The provisioning answer: a compact JWS by the app's attestation key around one JWS per new key, byte for byte in the shape of the
 * published example (protocol note section 6; member orders and quirks are checked against it in answer.test.ts).
 */
import { type Bytes, fromBase64, toBase64, utf8 } from './bytes.ts'
import { readCertificateRequest, writeCertificateRequest } from './certificate-request.ts'
import type { ProvCommand } from './device-api.ts'
import type { Bendings } from './faults.ts'
import { makeKey, signJws, toAppJwk } from './keys.ts'
import { PhoneProblem } from './problem.ts'

export interface DeviceInfo {
  operatingsystem: string
  name: string
  model: string
}

export interface AnswerContext {
  attestation: CryptoKeyPair
  device: DeviceInfo
  /** Host name of the messaging server that the phone spoke to. */
  fqdn: string
  profileId: string
  boxUrl: string
  /** Whether private keys may leave the key store. */
  extractable: boolean
  bend?: Bendings | undefined
}

export interface PhoneKey {
  keyid: string
  privateKey: CryptoKey
  publicKey: CryptoKey
}

type KeyRequest = ProvCommand['profile']['keygenrequests'][number]

/** `sch` is the hash of the server certificate that the app saw. The simulator speaks plain HTTP, so it is this text's (protocol note 6.3). */
const DEMO_CERTIFICATE = 'Certdesk messaging simulator: there is no server certificate'

export const demoCertificateHash = async (): Promise<string> =>
  toBase64(new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(DEMO_CERTIFICATE))))

/** The first key type on the list that this phone has. @throws PhoneProblem `offer_unreadable` */
function pickBits(request: KeyRequest): number {
  const supported = request.keytypeprios.find(
    ({ keytype, keylength, responsemechanism }) =>
      keytype === 'RSA' && responsemechanism === 'RS256' && ['2048', '3072', '4096'].includes(keylength),
  )
  if (!supported) throw new PhoneProblem('offer_unreadable', { detail: `no supported key type for "${request.keyid}"` })
  return Number(supported.keylength)
}

/**
 * Makes the keys and the answer.
 * @returns the compact JWS for `provResponse.result.data`, and the keys in the order asked for
 */
export async function makeAnswer(command: ProvCommand, context: AnswerContext): Promise<{ jws: string; keys: PhoneKey[] }> {
  const { attestation, device, fqdn, profileId, boxUrl, extractable, bend = {} } = context
  const { nonce, userid, profile } = command
  const keys: PhoneKey[] = []

  const makeSignedKey = async (request: KeyRequest): Promise<string> => {
    const dummy = fromBase64(request.certreq)
    const pair = await makeKey({ bits: pickBits(request), extractable, ...bend.key })
    keys.push({ keyid: request.keyid, ...pair })
    const certreq = toBase64(await remakeRequest(dummy, pair, bend))
    const header = { alg: 'RS256', nonce, kid: request.keyid }
    const jwk = await toAppJwk(pair.publicKey, { kid: request.keyid, use: request.usage })
    const payload = { ...jwk, certreq, keystate: request.keystate.toLowerCase() }
    const leaked = pair.privateKey.extractable && bend.innerPayload ? await crypto.subtle.exportKey('jwk', pair.privateKey) : null
    const signer = bend.innerSigner === 'attestation' ? attestation.privateKey : pair.privateKey
    return signJws(bend.innerHeader?.(header) ?? header, bend.innerPayload?.(payload, leaked) ?? payload, signer)
  }

  const asked: string[] = []
  for (const request of profile.keygenrequests) asked.push(await makeSignedKey(request))
  const [first] = profile.keygenrequests
  const more = async (keyid: string) => (first ? makeSignedKey({ ...first, keyid }) : '')
  const signedkeys = (await bend.signedKeys?.(asked, more)) ?? asked

  const stranger = bend.attestation ? await makeKey({ extractable: false }) : null
  const signer = stranger?.privateKey ?? attestation.privateKey
  const shown = bend.attestation === 'stranger' && stranger ? stranger.publicKey : attestation.publicKey
  const jwk = { ...(await toAppJwk(shown, { kid: 'attestation', use: 'sig', leadingZero: true })), keystate: 'active' }
  const header = { alg: 'RS256', fqdn, sch: await demoCertificateHash(), jwk, nonce }
  const answered = { signedkeys, servername: profile.servername, name: profile.name, userid, id: profileId, boxurl: boxUrl }
  const payload = { deviceinfo: device, profile: bend.profile?.(answered) ?? answered }
  const jws = await signJws(bend.header?.(header) ?? header, payload, signer)
  return { jws: bend.jws?.(jws) ?? jws, keys: keys.slice(0, profile.keygenrequests.length) }
}

/** The dummy's subject with the new key, signed by it. */
async function remakeRequest(dummy: Bytes, pair: CryptoKeyPair, bend: Bendings): Promise<Bytes> {
  const { subject } = readCertificateRequest(dummy)
  const other = bend.requestKey ? await makeKey({ extractable: false }) : null
  const request = await writeCertificateRequest({
    subject: bend.subject?.(subject) ?? subject,
    publicKey: bend.requestKey === 'other' && other ? other.publicKey : pair.publicKey,
    signer: other?.privateKey ?? pair.privateKey,
    attributes: bend.requestAttributes?.() ?? [],
  })
  return bend.request?.(request, dummy) ?? request
}
