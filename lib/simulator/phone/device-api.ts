/**
 * The simulator's device API as the phone calls it. The true protocol between app and Hermod is not published: everything here is the
 * simulator's own, and only a server that says it is a simulator is spoken to (see device-routes.ts for the other end).
 */
import type { ProvisionCommand } from '#lib/core/hermod/messages.ts'
import { PhoneProblem, type PhoneProblemCode } from './problem.ts'

export type ProvCommand = ProvisionCommand['provCommand']

/** What `GET /simulator/app` hands to a training app. */
export interface AppKit {
  simulator: true
  /** Private JWK of the attestation key that every training phone has. */
  attestation: JsonWebKey
}

export type BoxMessage =
  | { commandType: 'PROV'; expiresAt: string; provCommand: ProvCommand }
  | {
      commandType: 'CERT'
      expiresAt: string
      certCommand: { profileid: string; certificates: { keyid: string; data: string }[] }
    }
  | { commandType: 'PING'; expiresAt: string; pingCommand: unknown }

export interface OpenedBox {
  simulator: true
  /** Stands for the consumed token from now on. */
  session: string
  messages: { mid: string; location: string; commandType: string }[]
}

/** A phone's permanent mailbox. */
export interface Box {
  /** As it goes into the answer. */
  url: string
  /** Opens it. */
  key: string
}

interface Call {
  method: 'GET' | 'POST'
  url: string
  bearer?: string
  body?: unknown
  signal?: AbortSignal | undefined
  /** Problem by the `code` of the simulator's error answer; the rest is `server_error`. */
  problems?: Readonly<Record<string, PhoneProblemCode>>
}

async function call<T>({ method, url, bearer, body, signal, problems = {} }: Call): Promise<T> {
  let response: Response
  try {
    response = await fetch(url, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'error',
      // Nothing of the portal's sign-in goes to the messaging server.
      credentials: 'omit',
      cache: 'no-store',
      signal: signal ?? null,
    })
  } catch (cause) {
    signal?.throwIfAborted()
    throw new PhoneProblem('unreachable', { cause })
  }
  const value: unknown = await response.json().catch(() => null)
  if (typeof value !== 'object' || value === null || !('simulator' in value)) throw new PhoneProblem('not_simulator')
  if (response.ok) return value as T
  const code = 'code' in value ? String(value.code) : ''
  throw new PhoneProblem(
    problems[code] ?? 'server_error',
    problems[code] ? undefined : { detail: code || `HTTP ${response.status}` },
  )
}

/** Also proves that the other side is a simulator, before it is given anything. */
export const fetchAppKit = (origin: string): Promise<AppKit> => call({ method: 'GET', url: `${origin}/simulator/app` })

/** Uses up the token. */
export const openBox = (mailboxUrl: string, token: string): Promise<OpenedBox> =>
  call({
    method: 'POST',
    url: mailboxUrl,
    body: { token },
    problems: { unknown: 'offer_unknown', used: 'offer_used', ended: 'offer_expired' },
  })

export const fetchMessage = (url: string, bearer: string, signal?: AbortSignal): Promise<BoxMessage> =>
  call({ method: 'GET', url, bearer, signal, problems: { unknown: 'box_unknown', ended: 'offer_expired' } })

/** Makes the permanent mailbox of a profile that is about to exist. `session` is the opened offer's. */
export async function createBox(origin: string, session: string, profileId: string): Promise<Box> {
  const { boxurl, key } = await call<{ boxurl: string; key: string }>({
    method: 'POST',
    url: `${origin}/hermod/rest/ms`,
    bearer: session,
    body: { pid: profileId },
    problems: { unknown: 'offer_unknown', ended: 'too_late' },
  })
  return { url: boxurl, key }
}

/** What a simulator is asked to do besides, for faults that a phone alone cannot make. */
export type PostTrick = 'twice' | 'after-timeout'

export interface DeviceResponse {
  responseHeader: { status: number }
  provResponse?: { code: number; result?: { contenttype: string; data: string } }
  certResponse?: { code: number }
  pingResponse?: { code: number }
}

/** @throws PhoneProblem `too_late` when the command has ended */
export async function postResponse(url: string, bearer: string, response: DeviceResponse, trick?: PostTrick): Promise<void> {
  await call({
    method: 'POST',
    url,
    bearer,
    body: trick ? { ...response, simulatorTrick: trick } : response,
    problems: { unknown: 'too_late', ended: 'too_late', answered: 'too_late' },
  })
}

/** Messages waiting in a permanent mailbox. The simulator holds the answer up to `waitS` seconds until there is one. */
export async function fetchMessages(url: string, key: string, waitS: number, signal?: AbortSignal): Promise<string[]> {
  const { messages } = await call<{ messages: { mid: string }[] }>({
    method: 'GET',
    url: `${url}?wait=${waitS}`,
    bearer: key,
    signal,
    problems: { unknown: 'box_unknown' },
  })
  return messages.map(({ mid }) => `${url}/${mid}`)
}
