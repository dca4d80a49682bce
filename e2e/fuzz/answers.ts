/** Good answers, taken to pieces that can be changed one by one and put together again, signed or with the old signatures. */
import type { KeyObject } from 'node:crypto'
import { type CheckAnswerInput, checkAnswer } from '#lib/core/enrollment/checks/index.ts'
import type { AttestationKey } from '#lib/core/jws/attestation-keys.ts'
import { jwkThumbprint, readSpki, spkiSha256 } from '#lib/core/x509/spki.ts'
import { appJwk, buildAnswer, type KeyPair, spkiOf } from '../builders/answer.ts'
import { vendorExample } from '../builders/vendor-example.ts'
import { fixedEc, fixedRsa, quickRsa } from './keys.ts'
import { type DerTree, derTreeOf } from './mutate-der.ts'

type Json = Record<string, unknown>

export interface SignedKey {
  header: Json
  /** The JWK with `certreq`. */
  payload: Json
  jws: string
  csr: DerTree
  /** Null where nobody has the private key. */
  signer: KeyObject | null
}

export interface Exchange {
  name: string
  /** Everything but the body is what the mutants are judged by. */
  input: CheckAnswerInput
  envelope: Json
  header: Json
  payload: Json
  jws: string
  keys: SignedKey[]
  /** Null where nobody has the private key. */
  signer: KeyObject | null
}

const json = (segment: string | undefined): Json => JSON.parse(Buffer.from(segment ?? '', 'base64url').toString('utf8'))

function takeApart(name: string, input: CheckAnswerInput, signer: KeyObject | null, keySigners: (KeyObject | null)[]): Exchange {
  if (checkAnswer(input).verdict !== 'passed') throw new Error(`the answer "${name}" is no good one`)
  const envelope = JSON.parse(Buffer.from(input.body).toString('utf8'))
  const jws: string = envelope.provResponse.result.data
  const [header, payload] = jws.split('.').slice(0, 2).map(json)
  const signedkeys = (payload as { profile: { signedkeys: string[] } }).profile.signedkeys
  const keys = signedkeys.map((text, i): SignedKey => {
    const [innerHeader, innerPayload] = text.split('.').slice(0, 2).map(json)
    const csr = derTreeOf(Buffer.from(String(innerPayload?.certreq), 'base64'))
    return { header: innerHeader as Json, payload: innerPayload as Json, jws: text, csr, signer: keySigners[i] ?? null }
  })
  return { name, input, envelope, header: header as Json, payload: payload as Json, jws, keys, signer }
}

function anchorOf({ publicKey }: KeyPair): AttestationKey {
  const spki = spkiOf(publicKey)
  return { kid: 'attestation', thumbprint: jwkThumbprint(readSpki(spki)), spki, spkiSha256: spkiSha256(spki), key: publicKey }
}

type Asked = { keyid: string; usage: string; keyTypes: string[] }[]

/** A good answer with these keys in place of the builders' own, and perhaps to another offer. */
function answerOf(name: string, attestation: KeyPair, pairs: Record<string, KeyPair>, keys: Asked, nonce?: string): Exchange {
  const bound = nonce === undefined ? {} : { nonce }
  const input = buildAnswer(
    {
      key: (good, keyid) => pairs[keyid] ?? good,
      header: (good) => ({
        ...good,
        jwk: appJwk(attestation.publicKey, { kid: 'attestation', use: 'sig', leadingZero: true }),
        ...bound,
      }),
      innerHeader: (good) => ({ ...good, ...bound }),
      signer: () => attestation.privateKey,
      input: (good) => ({
        ...good,
        expectation: { ...good.expectation, ...bound },
        policy: { ...good.policy, trustedKeys: [anchorOf(attestation)] },
      }),
    },
    { keys },
  )
  return takeApart(
    name,
    input,
    attestation.privateKey,
    keys.map(({ keyid }) => pairs[keyid]?.privateKey ?? null),
  )
}

const SIG = { keyid: 'signer', usage: 'SIG' }
const ENC = { keyid: 'encrypter', usage: 'ENC' }

/** The published one, which nobody can sign a change of, and two of an app with this attestation key. */
export const exchangesOf = (attestation: KeyPair): Exchange[] => [
  takeApart('published example', vendorExample(), null, [null]),
  answerOf('one RSA key', attestation, { signer: fixedRsa('phone signer') }, [{ ...SIG, keyTypes: ['RSA-2048'] }]),
  answerOf('two EC keys', attestation, { signer: fixedEc('signer'), encrypter: fixedEc('encrypter') }, [
    { ...SIG, keyTypes: ['EC-P256'] },
    { ...ENC, keyTypes: ['RSA-2048', 'EC-P256'] },
  ]),
]

export const EXCHANGES: readonly Exchange[] = exchangesOf(quickRsa())

/** The answer of the same app to another offer: what an attacker could mix in. */
export const OTHER: Exchange = answerOf(
  'another offer',
  quickRsa(),
  { signer: fixedEc('other signer'), encrypter: fixedEc('other encrypter') },
  [
    { ...SIG, keyTypes: ['EC-P256'] },
    { ...ENC, keyTypes: ['EC-P256'] },
  ],
  'ffeeddccbbaa99887766554433221100',
)
