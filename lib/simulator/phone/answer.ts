/**
 * The provisioning answer: a compact JWS by the app's attestation key around one JWS per new key, byte for byte in the shape of the
 * published example (protocol note section 6; member orders and quirks are checked against it in answer.test.ts).
 */
import { type Bytes, fromBase64, toBase64, utf8 } from './bytes.ts'
import { readCertificateRequest, writeCertificateRequest } from './certificate-request.ts'
import type { ProvCommand } from './device-api.ts'
import { type Bendings, type BentKeys, isBentKey } from './faults.ts'
import { ALL_KEY_KINDS, algOf, type KeyKind, makeKey, pickKind, signJws, toAppJwk } from './keys.ts'
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
  /** The kinds of key that this phone can make; all of them unless said otherwise. */
  supported?: readonly KeyKind[] | undefined
  bend?: Bendings | undefined
  /** Which keys a fault of a key bends. */
  bentKeys?: BentKeys | undefined
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

/**
 * The kind of key that this phone makes for each request: the first on its list that the phone has.
 * @throws PhoneProblem `key_type_unsupported`
 */
export function pickKinds(command: ProvCommand, supported: readonly KeyKind[] = ALL_KEY_KINDS): KeyKind[] {
  return command.profile.keygenrequests.map(({ keyid, keytypeprios }) => {
    const kind = pickKind(keytypeprios, supported)
    if (!kind) throw new PhoneProblem('key_type_unsupported', { detail: `key "${keyid}"` })
    return kind
  })
}

function unaskedKind({ keytypeprios }: KeyRequest): KeyKind {
  const unasked = ALL_KEY_KINDS.find((kind) => !pickKind(keytypeprios, [kind]))
  if (!unasked) throw new PhoneProblem('fault_needs_unasked_kind')
  return unasked
}

/**
 * Makes the keys and the answer.
 * @returns the compact JWS for `provResponse.result.data`, and the keys in the order asked for
 */
export async function makeAnswer(command: ProvCommand, context: AnswerContext): Promise<{ jws: string; keys: PhoneKey[] }> {
  const { attestation, device, fqdn, profileId, boxUrl, extractable, supported, bend = {}, bentKeys = 'every' } = context
  const { nonce, userid, profile } = command
  const kinds = pickKinds(command, supported)
  const keys: PhoneKey[] = []

  const makeSignedKey = async (request: KeyRequest, picked: KeyKind | undefined, bent: Bendings): Promise<string> => {
    const [first] = keys
    const kind = bent.unaskedKind ? unaskedKind(request) : picked
    const pair = bent.sameKey && first ? first : await makeKey({ kind, extractable, ...bent.key })
    const { privateKey, publicKey } = pair
    keys.push({ keyid: request.keyid, privateKey, publicKey })
    const certreq = toBase64(await remakeRequest(fromBase64(request.certreq), { ...pair, kind }, bent))
    const header = { alg: algOf(publicKey), nonce, kid: request.keyid }
    const jwk = await toAppJwk(publicKey, { kid: request.keyid, use: request.usage })
    const payload = { ...jwk, certreq, keystate: request.keystate.toLowerCase() }
    const leaked = privateKey.extractable && bent.innerPayload ? await crypto.subtle.exportKey('jwk', privateKey) : null
    const signers = { attestation: attestation.privateKey, first: keys[0]?.privateKey ?? privateKey, own: privateKey }
    return signJws(
      bent.innerHeader?.(header) ?? header,
      bent.innerPayload?.(payload, leaked) ?? payload,
      signers[bent.innerSigner ?? 'own'],
      bent.innerSignature,
    )
  }

  const asked: string[] = []
  const requests = profile.keygenrequests
  for (const [index, request] of requests.entries())
    asked.push(await makeSignedKey(request, kinds[index], isBentKey(bentKeys, index, requests.length) ? bend : {}))
  const [first] = requests
  const more = async (keyid: string) => (first ? makeSignedKey({ ...first, keyid }, kinds[0], {}) : '')
  const signedkeys = (await bend.signedKeys?.(asked, more)) ?? asked

  const stranger = bend.attestation ? await makeKey({ extractable: false }) : null
  const signer = stranger?.privateKey ?? attestation.privateKey
  const shown = bend.attestation === 'stranger' && stranger ? stranger.publicKey : attestation.publicKey
  const jwk = { ...(await toAppJwk(shown, { kid: 'attestation', use: 'sig', leadingZero: true })), keystate: 'active' }
  const header = { alg: 'RS256', fqdn, sch: await demoCertificateHash(), jwk, nonce }
  const answered = { signedkeys, servername: profile.servername, name: profile.name, userid, id: profileId, boxurl: boxUrl }
  const payload = { deviceinfo: device, profile: bend.profile?.(answered) ?? answered }
  const jws = await signJws(bend.header?.(header) ?? header, payload, signer)
  return { jws: bend.jws?.(jws) ?? jws, keys: keys.slice(0, requests.length) }
}

/** The dummy's subject and attributes with the new key, signed by it. */
async function remakeRequest(dummy: Bytes, pair: CryptoKeyPair & { kind: KeyKind | undefined }, bend: Bendings): Promise<Bytes> {
  const { subject, attributes } = readCertificateRequest(dummy)
  const other = bend.requestKey ? await makeKey({ kind: pair.kind, extractable: false }) : null
  const request = await writeCertificateRequest({
    subject: bend.subject?.(subject) ?? subject,
    publicKey: bend.requestKey === 'other' && other ? other.publicKey : pair.publicKey,
    signer: other?.privateKey ?? pair.privateKey,
    attributes: bend.requestAttributes?.() ?? attributes,
  })
  return bend.request?.(request, dummy) ?? request
}
