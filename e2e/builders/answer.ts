/**
 * Builds provisioning answers that pass every check, and bends exactly one thing in them. For tests and benchmarks only.
 *
 * Each hook gets the good value and returns the one to use instead; whatever is signed over it is signed afterwards, so a bent value
 * is the only thing that is wrong. Keys are made once per process (RSA generation is slow).
 */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import * as der from '#lib/core/asn1/der.ts'
import { OID } from '#lib/core/asn1/oids.ts'
import type { CheckAnswerInput } from '#lib/core/enrollment/checks/index.ts'
import { type AttestationKeySets, parseAttestationKeys } from '#lib/core/jws/attestation-keys.ts'
import { encodeName } from '#lib/core/x509/name.ts'
import { newRsaPair } from '#lib/core/x509/rsa-fixtures.ts'
import { spkiSha256 } from '#lib/core/x509/spki.ts'

export interface KeyPair {
  publicKey: KeyObject
  privateKey: KeyObject
}

const pairs = new Map<string, KeyPair>()

/** One RSA key pair per name and size. */
export function rsaKey(name: string, modulusLength = 2048, publicExponent = 65537): KeyPair {
  const id = `${name}/${modulusLength}/${publicExponent}`
  const usual = publicExponent === 65537 && modulusLength % 16 === 0
  const pair =
    pairs.get(id) ?? (usual ? newRsaPair(modulusLength) : generateKeyPairSync('rsa', { modulusLength, publicExponent }))
  pairs.set(id, pair)
  return pair
}

/** One EC key pair per name and curve. */
export function ecKey(name: string, namedCurve = 'P-256'): KeyPair {
  const id = `${name}/${namedCurve}`
  const pair = pairs.get(id) ?? generateKeyPairSync('ec', { namedCurve })
  pairs.set(id, pair)
  return pair
}

export const b64u = (data: Uint8Array | string): string => Buffer.from(data).toString('base64url')
const spkis = new WeakMap<KeyObject, Buffer<ArrayBuffer>>()

export function spkiOf(key: KeyObject): Buffer<ArrayBuffer> {
  const spki = spkis.get(key) ?? Buffer.from(key.export({ type: 'spki', format: 'der' }))
  spkis.set(key, spki)
  return spki
}

type Json = Record<string, unknown>

/** A JWK as the app writes it, quirks included (protocol note 6): `n#len`, one leading zero octet where it signs. */
export function appJwk(
  publicKey: KeyObject,
  { kid, use, leadingZero = false }: { kid: string; use: string; leadingZero?: boolean },
): Json {
  const jwk = publicKey.export({ format: 'jwk' })
  if (jwk.kty === 'EC')
    return {
      kty: 'EC',
      crv: jwk.crv,
      alg: jwk.crv === 'P-256' ? 'ES256' : 'ES384',
      x: jwk.x,
      y: jwk.y,
      kid,
      use,
      keystate: 'active',
    }
  const magnitude = Buffer.from(jwk.n ?? '', 'base64url')
  const n = leadingZero ? Buffer.concat([Uint8Array.of(0), magnitude]) : magnitude
  return { kty: 'RSA', 'n#len': String(n.length * 8), alg: 'RS256', e: jwk.e, kid, use, n: b64u(n), keystate: 'active' }
}

/** Signs as the algorithm in use says: PKCS #1 v1.5 or R‖S. */
export function signInput(input: string, key: KeyObject, hash: string = hashFor(key)): Buffer {
  return key.asymmetricKeyType === 'ec'
    ? sign(hash, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
    : sign(hash, Buffer.from(input), key)
}

/** Header and payload may be given as text, to write what JSON.stringify would not. */
export function jws(header: Json | string, payload: Json | string, key: KeyObject, hash?: string): string {
  const text = (part: Json | string): string => b64u(typeof part === 'string' ? part : JSON.stringify(part))
  const input = `${text(header)}.${text(payload)}`
  return `${input}.${b64u(signInput(input, key, hash))}`
}

export interface CsrParts {
  version: Uint8Array
  subject: Uint8Array
  spki: Uint8Array
  attributes: Uint8Array
  algorithm: Uint8Array
  signer: KeyObject
  hash: string
}

export function buildCsr(parts: CsrParts): Buffer<ArrayBuffer> {
  const info = der.seq(parts.version, parts.subject, parts.spki, parts.attributes)
  return der.seq(info, parts.algorithm, der.bitString(sign(parts.hash, info, parts.signer)))
}

export const attribute = (oid: string, ...values: Uint8Array[]): Buffer<ArrayBuffer> =>
  der.seq(der.oid(oid), der.setOf(...values))
export const extension = (oid: string, value: Uint8Array, critical = false): Buffer<ArrayBuffer> =>
  critical ? der.seq(der.oid(oid), der.boolean(true), der.octetString(value)) : der.seq(der.oid(oid), der.octetString(value))
export const extensionRequest = (...extensions: Uint8Array[]): Buffer<ArrayBuffer> =>
  attribute(OID.extensionRequest, der.seq(...extensions))

export interface Bends {
  /** Key pair the phone makes, per keyid. */
  key?: (good: KeyPair, keyid: string) => KeyPair
  csrParts?: (good: CsrParts, keyid: string) => CsrParts
  csrDer?: (good: Buffer<ArrayBuffer>) => Uint8Array
  certreq?: (good: string) => unknown
  innerHeader?: (good: Json) => Json | string
  innerPayload?: (good: Json, keyid: string) => Json | string
  innerSigner?: (good: KeyObject) => KeyObject
  inner?: (good: string) => string
  signedkeys?: (good: string[]) => unknown
  header?: (good: Json) => Json | string
  payload?: (good: Json) => Json | string
  profile?: (good: Json) => Json
  signer?: (good: KeyObject) => KeyObject
  hash?: string
  outer?: (good: string) => unknown
  result?: (good: Json) => unknown
  envelope?: (good: Json) => Json
  body?: (good: string) => string | Uint8Array
  input?: (good: CheckAnswerInput) => CheckAnswerInput
}

export interface AnswerOptions {
  /** The phone makes the first of the kinds. */
  keys?: readonly { keyid: string; usage: string; keyTypes: readonly string[] }[]
  subject?: Uint8Array
  /** The command that is answered, where it is not the builder's own. */
  situation?: Partial<Situation>
}

/** Everything an answer repeats of its command, or has from the messaging server. */
export interface Situation {
  host: string
  /** Address of the messaging server's mailboxes. */
  mailboxes: string
  nonce: string
  userid: string
  servername: string
  profileName: string
  commandId: string
  externalId: string
  bid: string
  mid: string
  /** What the phone calls the profile. */
  profileId: string
  /** Whose key it is: one pair per name. */
  phone: string
}

export const HOST = 'hermod.example.test'
export const NONCE = '00112233445566778899aabbccddeeff'
export const SCH = Buffer.alloc(32, 7).toString('base64')
export const SUBJECT = encodeName([
  { type: 'C', value: 'SE' },
  { type: 'O', value: 'Example AB' },
  { type: 'CN', value: 'Åsa Öberg' },
  { type: 'emailAddress', value: 'asa.oberg@example.test' },
])
const BID = '99678846-836a-42f2-99e4-1de31bca857f'
export const MID = '72aec710-9337-4903-8b2d-f756359b51c9'
const NOW = new Date('2026-03-01T12:00:00Z')

const SITUATION: Situation = {
  host: HOST,
  mailboxes: `https://${HOST}:20400/hermod/rest/ms`,
  nonce: NONCE,
  userid: 'asa.oberg',
  servername: 'demo-server',
  profileName: 'Demo profile',
  commandId: '18092',
  externalId: 'order-42',
  bid: BID,
  mid: MID,
  profileId: '3051e9f3-0e4d-436b-a512-2e18d8afe134',
  phone: 'phone',
}

export const attestation = (): KeyPair => rsaKey('attestation')

const keySets = new Map<KeyPair, AttestationKeySets>()

export function trustedKeys(pair: KeyPair = attestation()): AttestationKeySets {
  const keySet = keySets.get(pair) ?? makeKeySet(pair)
  keySets.set(pair, keySet)
  return keySet
}

/** The same as the configuration file has it. */
export const attestationKeysFile = (pair: KeyPair = attestation()) => ({
  ATTESTATION: [{ ...appJwk(pair.publicKey, { kid: 'attestation', use: 'sig' }), 'n#len': undefined }],
})

const makeKeySet = (pair: KeyPair): AttestationKeySets => parseAttestationKeys(JSON.stringify(attestationKeysFile(pair)))

const firstOf = (keyTypes: readonly string[]): string => keyTypes[0] ?? 'RSA-2048'
export const pairFor = (keyType: string, name: string): KeyPair =>
  keyType.startsWith('RSA-') ? rsaKey(name, Number(keyType.slice(4))) : ecKey(name, keyType === 'EC-P256' ? 'P-256' : 'P-384')

export const RS256_CSR = der.seq(der.oid(OID.sha256WithRSAEncryption), der.nul())
const CSR_ALGORITHMS = {
  RS256: RS256_CSR,
  ES256: der.seq(der.oid(OID['ecdsa-with-SHA256'])),
  ES384: der.seq(der.oid(OID['ecdsa-with-SHA384'])),
}

/** The algorithm a phone uses with its key: RS256, or by the curve. */
export const algFor = (key: KeyObject): 'RS256' | 'ES256' | 'ES384' => {
  if (key.asymmetricKeyType !== 'ec') return 'RS256'
  return key.asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 'ES384' : 'ES256'
}
const hashFor = (key: KeyObject): string => (algFor(key) === 'ES384' ? 'sha384' : 'sha256')

/** A good answer with `bends` applied, together with the expectations, policy and facts that a good answer passes. */
export function buildAnswer(bends: Bends = {}, options: AnswerOptions = {}): CheckAnswerInput {
  const asked = options.keys ?? [{ keyid: 'signer', usage: 'SIG', keyTypes: ['RSA-2048'] }]
  const subject = options.subject ?? SUBJECT
  const command = { ...SITUATION, ...options.situation }
  const { host, nonce, bid, mid, userid, servername, profileName } = command
  const through = <T, A extends unknown[]>(bend: ((good: T, ...rest: A) => unknown) | undefined, good: T, ...rest: A): unknown =>
    bend === undefined ? good : bend(good, ...rest)
  const expectedKeys = asked.map((key) => {
    const dummy = pairFor(firstOf(key.keyTypes), `dummy ${key.keyid}`)
    return { ...key, dummySpkiSha256: spkiSha256(spkiOf(dummy.publicKey)), subjectDer: subject }
  })
  const signedkeys = asked.map(({ keyid, usage, keyTypes }) => {
    const pair = through(bends.key, pairFor(firstOf(keyTypes), `${command.phone} ${keyid}`), keyid) as KeyPair
    const alg = algFor(pair.privateKey)
    const parts = through(
      bends.csrParts,
      {
        version: der.integer(0),
        subject,
        spki: spkiOf(pair.publicKey),
        attributes: der.context(0),
        algorithm: CSR_ALGORITHMS[alg],
        signer: pair.privateKey,
        hash: hashFor(pair.privateKey),
      },
      keyid,
    ) as CsrParts
    const csr = Buffer.from(through(bends.csrDer, buildCsr(parts)) as Uint8Array)
    const { keystate, ...jwk } = appJwk(pair.publicKey, { kid: keyid, use: usage })
    const payload = through(
      bends.innerPayload,
      { ...jwk, certreq: through(bends.certreq, csr.toString('base64')), keystate },
      keyid,
    ) as Json
    const header = through(bends.innerHeader, { alg, nonce, kid: keyid }) as Json
    return through(bends.inner, jws(header, payload, through(bends.innerSigner, pair.privateKey) as KeyObject)) as string
  })
  const profile = through(bends.profile, {
    signedkeys: through(bends.signedkeys, signedkeys),
    servername,
    name: profileName,
    userid,
    id: command.profileId,
    boxurl: `${command.mailboxes}/d07292df-f75c-4534-8567-642953b6d887`,
  })
  const payload = through(bends.payload, {
    deviceinfo: { operatingsystem: 'iOS (18.1)', name: 'Åsa’s iPhone', model: 'iPhone' },
    profile,
  }) as Json
  const headerJwk = appJwk(attestation().publicKey, { kid: 'attestation', use: 'sig', leadingZero: true })
  const header = through(bends.header, { alg: 'RS256', fqdn: host, sch: SCH, jwk: headerJwk, nonce }) as Json
  const outer = through(
    bends.outer,
    jws(header, payload, through(bends.signer, attestation().privateKey) as KeyObject, bends.hash),
  )
  const location = `${command.mailboxes}/${bid}/${mid}`
  const envelope = through(bends.envelope, {
    responseHeader: { inReplyTo: location, status: 200 },
    provResponse: { code: 0, result: through(bends.result, { contenttype: 'jws', data: outer }) },
    commandId: command.commandId,
    externalId: command.externalId,
    destinations: [{ to: '@tmp', bid, uri: `com.nexusgroup.plugout:///?url=x&token=y`, mid, location }],
    commandType: 'PROV',
    state: 'COMPLETED',
    fqdn: host,
  })
  const input: CheckAnswerInput = {
    body: Buffer.from(through(bends.body, JSON.stringify(envelope)) as string),
    expectation: {
      hermodCommandId: command.commandId,
      externalId: command.externalId,
      mid,
      nonce,
      userid,
      servername,
      profileName,
      keys: expectedKeys,
      live: true,
      expiresAt: new Date(NOW.getTime() + 300_000),
    },
    policy: { trustedKeys: trustedKeys().ATTESTATION ?? [], acceptedHosts: [host], schPins: [SCH] },
    facts: { authenticated: true, receivedAt: NOW, user: { active: true, subjectDer: subject }, knownKeys: new Map() },
  }
  return bends.input === undefined ? input : bends.input(input)
}
