/** Bends of the outer JWS, the envelope and what is known beside them. Tests only. */
import { constants, privateEncrypt } from 'node:crypto'
import { type AnswerFacts, type CheckAnswerInput, findListedKeys } from '#lib/core/enrollment/checks/index.ts'
import { attestation, type Bends, b64u, type KeyPair, signInput } from './answer.ts'

type Json = Record<string, unknown>

export const parts = (text: string): [string, string, string] => text.split('.') as [string, string, string]
export const headerOf = (text: string): Json => JSON.parse(Buffer.from(parts(text)[0], 'base64url').toString('utf8'))

/** Replaces one segment of the outer JWS and leaves the others, signature included. */
export const segment = (index: 0 | 1 | 2, change: (good: string) => string): Bends => ({
  outer: (good) => {
    const all = parts(good)
    all[index] = change(all[index])
    return all.join('.')
  },
})
export const header = (change: Json): Bends => ({ header: (h) => ({ ...h, ...change }) })
export const headerText = (change: (good: string) => string): Bends => ({ header: (h) => change(JSON.stringify(h)) })
export const headerBytes = (change: (good: string) => string): Bends => rawSegment('header', change)
export const payloadBytes = (change: (good: string) => string): Bends => rawSegment('payload', change)
export const payloadText = (change: (good: string) => string): Bends => ({ payload: (p) => change(JSON.stringify(p)) })
export const jwk = (change: Json): Bends => ({ header: (h) => ({ ...h, jwk: { ...(h.jwk as object), ...change } }) })
export const modulus = (n: Uint8Array): Bends => jwk({ n: b64u(n) })
export const payload = (change: Json): Bends => ({ payload: (p) => ({ ...p, ...change }) })
export const profile = (change: Json): Bends => ({ profile: (p) => ({ ...p, ...change }) })
export const result = (change: Json): Bends => ({ result: (r) => ({ ...r, ...change }) })
export const signedkeys = (value: unknown): Bends => ({ signedkeys: () => value })
export const envelope = (change: Json): Bends => ({ envelope: (e) => ({ ...e, ...change }) })
export const responseHeader = (change: Json): Bends => ({
  envelope: (e) => ({ ...e, responseHeader: { ...(e.responseHeader as object), ...change } }),
})
export const body = (from: string, to: string): Bends => ({ body: (text) => text.replace(from, to) })
export const facts = (change: Partial<AnswerFacts>): Bends => ({ input: (i) => ({ ...i, facts: { ...i.facts, ...change } }) })
export const expectation = (change: Partial<CheckAnswerInput['expectation']>): Bends => ({
  input: (i) => ({ ...i, expectation: { ...i.expectation, ...change } }),
})
export const policy = (change: Partial<CheckAnswerInput['policy']>): Bends => ({
  input: (i) => ({ ...i, policy: { ...i.policy, ...change } }),
})

/** The portal has a list of weak keys with this one on it, and has looked. */
export const listedWeak = (name: string): Bends => ({
  input: (i) => {
    const found = findListedKeys(i.body, new Set([name])).map((hash) => [hash, { kind: 'blocked', reason: 'on a list' }] as const)
    return { ...i, facts: { ...i.facts, knownKeys: new Map(found) } }
  },
})

/** The header with another `alg`, signed again by `signer`. */
export const alg = (
  name: unknown,
  signer = (input: string): Uint8Array => signInput(input, attestation().privateKey),
  change: Json = {},
): Bends => ({
  outer: (good) => {
    const input = `${b64u(JSON.stringify({ ...headerOf(good), alg: name, ...change }))}.${parts(good)[1]}`
    return `${input}.${b64u(signer(input))}`
  },
})

/** Bytes no text can hold, each given as one Latin-1 character, and signed as a phone would sign them. */
function rawSegment(which: 'header' | 'payload', change: (good: string) => string): Bends {
  return {
    outer: (good) => {
      const bend = (text: string): string =>
        b64u(Buffer.from(change(Buffer.from(text, 'base64url').toString('latin1')), 'latin1'))
      const [h, p] = parts(good)
      const input = which === 'header' ? `${bend(h)}.${p}` : `${h}.${bend(p)}`
      return `${input}.${b64u(signInput(input, attestation().privateKey))}`
    },
  }
}

/** What RSA makes of a padded block that signers do not write: RFC 8017 5.2.1 without 9.2. */
export const rawSignature = (block: Uint8Array, key: KeyPair): Buffer =>
  privateEncrypt({ key: key.privateKey, padding: constants.RSA_NO_PADDING }, block)
