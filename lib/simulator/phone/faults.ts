/**
 * What a phone can be told to do wrong, each bending exactly one thing of an otherwise good answer. The table is data: the answer and the
 * flow ask it, the command line and the trainer's panel list it. `ends` is where a correct portal leaves the enrolment.
 */
import { type Bytes, concatBytes, toBase64, utf8 } from './bytes.ts'
import {
  derEcdsaSignature,
  derOctetString,
  derOid,
  derSequence,
  derSet,
  derValue,
  readChildren,
  readOid,
  readWhole,
} from './der.ts'
import type { KeyKind, KeyOptions } from './keys.ts'
import { PhoneProblem } from './problem.ts'

type Json = Record<string, unknown>
export type PortalEnd = 'completed' | 'rejected' | 'refused' | 'expired' | 'undelivered'

export type FaultNeed = 'two-keys' | 'ec-key'

/** Which of several keys a fault of a key bends. */
export const BENT_KEYS = ['every', 'first', 'last'] as const
export type BentKeys = (typeof BENT_KEYS)[number]
export const isBentKeys = (name: string): name is BentKeys => (BENT_KEYS as readonly string[]).includes(name)
export const isBentKey = (which: BentKeys, index: number, count: number): boolean =>
  which === 'every' || index === (which === 'first' ? 0 : count - 1)

/** Each hook gets the good value and returns the bent one. */
export interface Bendings {
  key?: Partial<KeyOptions>
  subject?: (subject: Bytes) => Bytes
  /** `other`: the request is wholly another key's. `signature`: the right key in it, another key's signature under it. */
  requestKey?: 'other' | 'signature'
  requestAttributes?: () => Uint8Array[]
  /** Gets the new request and the portal's dummy. */
  request?: (request: Bytes, dummy: Bytes) => Bytes
  innerHeader?: (header: Json) => Json
  innerPayload?: (payload: Json, privateJwk: JsonWebKey | null) => Json
  /** Signed by the app's key, or by the first new key, instead of this one, which proves no possession. */
  innerSigner?: 'attestation' | 'first'
  innerSignature?: (signature: Bytes) => Bytes
  /** A kind that is not among those asked for. */
  unaskedKind?: true
  /** The first key again, under another name. */
  sameKey?: true
  /** Gets the signed keys and a maker of one more good one. */
  signedKeys?: (signed: string[], more: (keyid: string) => Promise<string>) => string[] | Promise<string[]>
  /** `stranger`: another key signs and stands in the header. `forged`: another key signs, the app's stands in the header. */
  attestation?: 'stranger' | 'forged'
  header?: (header: Json) => Json
  profile?: (profile: Json) => Json
  jws?: (jws: string) => string
}

export interface PhoneFault {
  /** One sentence: what the phone does. */
  does: string
  ends: PortalEnd
  /** What an offer must ask for, or the fault bends nothing. */
  needs?: FaultNeed
  bend?: Bendings
  behave?: {
    /** Says no with this code instead of answering. */
    refuse?: number
    /** Opens the offer and does nothing more. */
    silent?: true
    post?: 'twice' | 'after-timeout'
    /** Answers the certificate with this code and keeps nothing. */
    certificateCode?: number
    /** Takes the certificate and never says so. */
    certificateSilent?: true
  }
}

/** Another value of the same length and alphabet. */
const bendText = (text: string): string => text.slice(0, -1) + (text.endsWith('0') ? '1' : '0')

const NAMES_FIRST = ['2.5.4.3', '2.5.4.10', '1.2.840.113549.1.9.1']

/** The next letter of the alphabet instead of the last letter of the common name (or of whatever name part there is). */
function bendSubject(subject: Bytes): Bytes {
  const sets = readChildren(readWhole(subject).value)
  const oids = sets.map((set) => readOid(readChildren(readDerFirst(set.value))[0]?.value ?? new Uint8Array()))
  const target = NAMES_FIRST.map((oid) => oids.indexOf(oid)).find((index) => index >= 0) ?? sets.length - 1
  return derSequence(...sets.map((set, index) => (index === target ? bendLastLetter(set.bytes) : set.bytes)))
}

const readDerFirst = (value: Bytes): Bytes => readWhole(value).value

function bendLastLetter(bytes: Bytes): Bytes {
  const at = bytes.findLastIndex((octet) => (octet >= 0x41 && octet < 0x5a) || (octet >= 0x61 && octet < 0x7a))
  return bytes.map((octet, index) => (index === at ? octet + 1 : octet))
}

/** The Attribute extensionRequest (RFC 2985, 5.4.2) asking for basicConstraints CA:TRUE. */
const askToBeCa = (): Bytes =>
  derSequence(
    derOid('1.2.840.113549.1.9.14'),
    derSet(
      derSequence(
        derSequence(
          derOid('2.5.29.19'),
          derValue(0x01, new Uint8Array([0xff])),
          derOctetString(derSequence(derValue(0x01, new Uint8Array([0xff])))),
        ),
      ),
    ),
  )

const SECOND_KEY = 'extra'

export const PHONE_FAULTS = {
  refuse: { does: 'The user taps No: the phone answers with a code that is not 0.', ends: 'refused', behave: { refuse: 5 } },
  'walk-away': { does: 'The user opens the offer and walks away; it runs out.', ends: 'expired', behave: { silent: true } },
  'wrong-nonce': {
    does: 'The answer carries another nonce than the offer.',
    ends: 'rejected',
    bend: { header: (header) => ({ ...header, nonce: bendText(String(header.nonce)) }) },
  },
  'inner-nonce': {
    does: 'The key’s own signature carries another nonce than the offer.',
    ends: 'rejected',
    bend: { innerHeader: (header) => ({ ...header, nonce: bendText(String(header.nonce)) }) },
  },
  'wrong-attestation-key': {
    does: 'The answer is signed by an app the portal does not trust, whose key stands in the header.',
    ends: 'rejected',
    bend: { attestation: 'stranger' },
  },
  'forged-signature': {
    does: 'The trusted app’s key stands in the header, but another key signed the answer.',
    ends: 'rejected',
    bend: { attestation: 'forged' },
  },
  'alg-none': {
    does: 'The answer says that it needs no signature, and has none.',
    ends: 'rejected',
    bend: { jws: (jws) => `${toBase64(utf8('{"alg":"none"}')).replace(/=+$/, '')}.${jws.split('.')[1]}.` },
  },
  'subject-changed': {
    does: 'One letter of the subject in the certificate request is another.',
    ends: 'rejected',
    bend: { subject: bendSubject },
  },
  'dummy-key-kept': {
    does: 'The portal’s own dummy request comes back unchanged, with the dummy’s key.',
    ends: 'rejected',
    bend: { request: (_request, dummy) => dummy },
  },
  'csr-other-key': {
    does: 'The certificate request holds another key than the one announced, and is signed by it.',
    ends: 'rejected',
    bend: { requestKey: 'other' },
  },
  'csr-bad-signature': {
    does: 'The certificate request holds the announced key but is signed by another.',
    ends: 'rejected',
    bend: { requestKey: 'signature' },
  },
  'csr-asks-ca': {
    does: 'The certificate request asks to become a certificate authority.',
    ends: 'rejected',
    bend: { requestAttributes: () => [askToBeCa()] },
  },
  'csr-trailing-bytes': {
    does: 'There are octets after the end of the certificate request.',
    ends: 'rejected',
    bend: { request: (request) => concatBytes(request, new Uint8Array([0x05, 0x00])) },
  },
  'key-1024': { does: 'The phone makes an RSA key of 1024 bits only.', ends: 'rejected', bend: { key: { bits: 1024 } } },
  'exponent-3': {
    does: 'The phone makes an RSA key with the public exponent 3.',
    ends: 'rejected',
    bend: { key: { exponent: 3 } },
  },
  'key-kind-not-asked': {
    does: 'The phone makes a good key of a kind that was not asked for.',
    ends: 'rejected',
    bend: { unaskedKind: true },
  },
  'private-key-leaked': {
    does: 'The phone puts its private key into the answer.',
    ends: 'rejected',
    bend: { key: { extractable: true }, innerPayload: (payload, jwk) => ({ ...payload, d: jwk?.d }) },
  },
  'no-possession': {
    does: 'The new key is vouched for by the app’s key instead of signing for itself.',
    ends: 'rejected',
    bend: { innerSigner: 'attestation' },
  },
  'second-by-first': {
    does: 'The second key is vouched for by the first instead of signing for itself.',
    ends: 'rejected',
    needs: 'two-keys',
    bend: { innerSigner: 'first' },
  },
  'same-key-twice': {
    does: 'One and the same key is announced for both purposes.',
    ends: 'rejected',
    needs: 'two-keys',
    bend: { sameKey: true },
  },
  'signature-der': {
    does: 'An EC key’s signed message has its signature in DER, as certificates do, not as R and S.',
    ends: 'rejected',
    needs: 'ec-key',
    bend: { innerSignature: derEcdsaSignature },
  },
  'keys-reversed': {
    does: 'The keys come back in the reverse order.',
    ends: 'completed',
    needs: 'two-keys',
    bend: { signedKeys: (signed) => signed.toReversed() },
  },
  'extra-key': {
    does: 'The answer holds one more key than was asked for.',
    ends: 'rejected',
    bend: { signedKeys: async (signed, more) => [...signed, await more(SECOND_KEY)] },
  },
  'missing-key': {
    does: 'The answer lacks the last of the keys that were asked for.',
    ends: 'rejected',
    bend: { signedKeys: (signed) => signed.slice(0, -1) },
  },
  'wrong-userid': {
    does: 'The answer is for another user.',
    ends: 'rejected',
    bend: { profile: (profile) => ({ ...profile, userid: 'someone.else' }) },
  },
  'wrong-profile': {
    does: 'The answer is for another profile.',
    ends: 'rejected',
    bend: { profile: (profile) => ({ ...profile, name: 'Another profile' }) },
  },
  'wrong-fqdn': {
    does: 'The phone says that it spoke to another messaging server.',
    ends: 'rejected',
    bend: { header: (header) => ({ ...header, fqdn: 'hermod.elsewhere.example' }) },
  },
  'box-elsewhere': {
    does: 'The phone’s mailbox is said to be on another host.',
    ends: 'rejected',
    bend: {
      profile: (profile) => ({
        ...profile,
        boxurl: 'https://hermod.elsewhere.example/hermod/rest/ms/00000000-0000-4000-8000-000000000000',
      }),
    },
  },
  'answer-twice': { does: 'The same answer is sent twice.', ends: 'completed', behave: { post: 'twice' } },
  'answer-late': {
    does: 'The offer times out first (the simulator sees to it at once), and the answer comes all the same.',
    ends: 'expired',
    behave: { post: 'after-timeout' },
  },
  'certificate-refused': {
    does: 'The phone does not store the certificate and says so.',
    ends: 'undelivered',
    behave: { certificateCode: 7 },
  },
  'certificate-ignored': {
    does: 'The phone takes the certificate and never says what became of it.',
    ends: 'undelivered',
    behave: { certificateSilent: true },
  },
} as const satisfies Record<string, PhoneFault>

export type PhoneFaultName = keyof typeof PHONE_FAULTS

export const isPhoneFault = (name: string): name is PhoneFaultName => Object.hasOwn(PHONE_FAULTS, name)

/** The fault of that name in its general form; nothing bent for null. */
export const phoneFault = (name: PhoneFaultName | null): PhoneFault | null => (name ? PHONE_FAULTS[name] : null)

/** @throws PhoneProblem if the fault would bend nothing of an answer with these kinds of keys */
export function checkFaultFits(fault: PhoneFault | null, kinds: readonly KeyKind[], which: BentKeys): void {
  if (fault?.needs === 'two-keys' && (kinds.length < 2 || which === 'first')) throw new PhoneProblem('fault_needs_two_keys')
  const isBentEc = (kind: KeyKind, index: number): boolean => kind.startsWith('EC') && isBentKey(which, index, kinds.length)
  if (fault?.needs === 'ec-key' && !kinds.some(isBentEc)) throw new PhoneProblem('fault_needs_ec_key')
}
