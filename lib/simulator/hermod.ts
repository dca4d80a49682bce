/**
 * Hermod's behaviour without HTTP: commands, mailboxes, time (protocol note sections 4 and 11).
 *
 *   submit → IN_PROGRESS ─ device answers ─→ COMPLETED → callback
 *                └─ timeout passes ────────→ TIMEOUT   → callback without responseHeader and response; out of the box
 *                                              └─ lifespan passes → forgotten
 *
 * The token of an offer opens its mailbox once; a session stands for it afterwards. Where the documentation is silent (the word
 * TIMEOUT, refusals of the device API) the choice is the simulator's own and marked so in the protocol note.
 */
import { randomUUID } from 'node:crypto'
import type { CallbackSender } from './callbacks.ts'
import { type CommandKind, type Envelope, WIRE } from './envelopes.ts'
import { makeOfferUri } from './offer-uri.ts'
import type { Destination, Mailbox, StateFile, StoredCommand } from './state-file.ts'

/** Why a device is not served. */
export type DeviceRefusal = 'unknown' | 'used' | 'ended' | 'answered'

/** Refused to a device. `code` goes into the answer. */
export class DeviceError extends Error {
  readonly code: DeviceRefusal
  constructor(code: DeviceRefusal) {
    super(code)
    this.code = code
  }
}

export interface CommandReply {
  commandId: string
  destinations: Destination[]
  commandType: string
  state: string
  fqdn: string
}

export type DeviceResponse = { status: number; response: Record<string, unknown> }

const COMMAND_ID_BLOCK = 1000
const MAX_TIMER_MS = 2 ** 31 - 1

export class Hermod {
  readonly #base: string
  readonly #fqdn: string
  readonly #file: StateFile
  readonly #callbacks: CallbackSender
  readonly #byMid = new Map<string, StoredCommand>()
  readonly #timers = new Map<string, NodeJS.Timeout>()
  readonly #waiting = new Map<string, Set<() => void>>()
  readonly #sent = new Map<string, Promise<boolean>>()
  #nextId: number

  /** @param base public address of mailboxes without a slash at the end, `…/hermod/rest/ms` */
  constructor(base: string, file: StateFile, callbacks: CallbackSender) {
    this.#base = base
    this.#fqdn = new URL(base).hostname
    this.#file = file
    this.#callbacks = callbacks
    this.#nextId = file.state.reservedCommandId
    for (const command of file.state.commands.values()) {
      for (const { mid } of command.destinations) this.#byMid.set(mid, command)
      this.#schedule(command)
    }
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer)
    for (const bid of this.#waiting.keys()) this.#wake(bid)
    this.#file.state.reservedCommandId = this.#nextId
    this.#file.flush()
  }

  // ── The application server's side ──────────────────────────────────────────────────────────────────────────────────────────

  /** @returns the synchronous reply, or null when an address is known to nobody */
  submit(kind: CommandKind, { header, command }: Envelope): CommandReply | null {
    const addressed = header.to.map((to) => this.#resolve(to, command))
    if (addressed.some((found) => found.length === 0)) return null
    const openings: StoredCommand['openings'] = []
    const destinations = addressed.flat().map(({ to, bid, pid }): Destination => {
      const [mid, token] = [randomUUID(), randomUUID()]
      const mailbox = `${this.#base}/${bid}`
      openings.push({ bid, mid, token, session: null })
      return { to, bid, uri: makeOfferUri(mailbox, token), ...(pid ? { pid } : {}), mid, location: `${mailbox}/${mid}` }
    })
    const now = Date.now()
    const stored: StoredCommand = {
      commandId: this.#takeId(),
      kind,
      externalId: header.externalId,
      state: 'IN_PROGRESS',
      timeoutAt: now + header.timeout * 1000,
      purgeAt: now + header.lifespan * 1000,
      body: command,
      destinations,
      openings,
    }
    this.#file.state.commands.set(stored.commandId, stored)
    for (const { mid } of destinations) this.#byMid.set(mid, stored)
    this.#file.changed()
    this.#schedule(stored)
    for (const { bid } of destinations) this.#wake(bid)
    return {
      commandId: stored.commandId,
      destinations,
      commandType: WIRE[kind].commandType,
      state: stored.state,
      fqdn: this.#fqdn,
    }
  }

  /** Whether the callback of a command was taken, once that is known; undefined while none has been sent. */
  callbackOf(commandId: string): Promise<boolean> | undefined {
    return this.#sent.get(commandId)
  }

  /** Newest first, without anything secret. */
  listCommands(): { commandId: string; kind: CommandKind; state: string; externalId: string | null; timeoutAt: string }[] {
    return [...this.#file.state.commands.values()].reverse().map(({ commandId, kind, state, externalId, timeoutAt }) => ({
      commandId,
      kind,
      state,
      externalId: externalId ?? null,
      timeoutAt: new Date(timeoutAt).toISOString(),
    }))
  }

  #takeId(): string {
    const { state } = this.#file
    if (this.#nextId >= state.reservedCommandId) {
      state.reservedCommandId = this.#nextId + COMMAND_ID_BLOCK
      this.#file.flush()
    }
    return String(this.#nextId++)
  }

  /** `@tmp` is a new one-time mailbox; `@userid` the mailboxes of that user's profiles, those of `profileid` where one is named. */
  #resolve(to: string, command: Record<string, unknown>): { to: string; bid: string; pid?: string }[] {
    if (to === '@tmp') return [{ to, bid: randomUUID() }]
    const boxes = [...this.#file.state.mailboxes.values()].filter(
      (box) =>
        box.active &&
        (to.startsWith('@') ? box.userid === to.slice(1) : box.bid === to) &&
        (command.profileid === undefined || box.pid === command.profileid),
    )
    return boxes.map(({ bid, pid }) => ({ to: bid, bid, pid }))
  }

  // ── The device's side ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Uses up a token. @throws DeviceError */
  open(bid: string, token: string): { session: string; mid: string; location: string; commandType: string } {
    for (const command of this.#file.state.commands.values()) {
      const opening = command.openings.find((candidate) => candidate.bid === bid && candidate.token === token)
      if (!opening) continue
      if (opening.session) throw new DeviceError('used')
      if (command.state !== 'IN_PROGRESS') throw new DeviceError('ended')
      opening.session = randomUUID()
      this.#file.changed()
      const { mid } = opening
      return {
        session: opening.session,
        mid,
        location: `${this.#base}/${bid}/${mid}`,
        commandType: WIRE[command.kind].commandType,
      }
    }
    throw new DeviceError('unknown')
  }

  /** @throws DeviceError */
  readMessage(bid: string, mid: string, bearer: string): StoredCommand {
    const command = this.#authorised(bid, mid, bearer)
    if (command.state !== 'IN_PROGRESS') throw new DeviceError('ended')
    return command
  }

  /** Makes a phone's permanent mailbox; it becomes addressable when the answer that names it is accepted. @throws DeviceError */
  createBox(session: string, pid: string): { boxurl: string; key: string } {
    for (const command of this.#file.state.commands.values()) {
      const opening = command.openings.find((candidate) => candidate.session === session)
      if (!opening || command.kind !== 'provision') continue
      if (command.state !== 'IN_PROGRESS') throw new DeviceError('ended')
      const box: Mailbox = {
        bid: randomUUID(),
        key: randomUUID(),
        pid,
        userid: String(command.body.userid),
        madeFor: opening.mid,
        active: false,
      }
      this.#file.state.mailboxes.set(box.bid, box)
      this.#file.changed()
      return { boxurl: `${this.#base}/${box.bid}`, key: box.key }
    }
    throw new DeviceError('unknown')
  }

  /** Messages waiting in a permanent mailbox, at once or when one comes within `waitMs`. @throws DeviceError */
  async listMessages(
    bid: string,
    key: string,
    waitMs: number,
    gone: AbortSignal,
  ): Promise<{ mid: string; commandType: string }[]> {
    if (this.#file.state.mailboxes.get(bid)?.key !== key) throw new DeviceError('unknown')
    const list = () =>
      [...this.#file.state.commands.values()]
        .filter(
          ({ state, destinations }) => state === 'IN_PROGRESS' && destinations.some((destination) => destination.bid === bid),
        )
        .map(({ kind, destinations }) => ({
          mid: destinations.find((destination) => destination.bid === bid)?.mid ?? '',
          commandType: WIRE[kind].commandType,
        }))
    const first = list()
    if (first.length > 0 || waitMs <= 0) return first
    await this.#nextMessage(bid, waitMs, gone)
    return list()
  }

  /**
   * A device's answer. `late` lets the command time out first and takes the answer all the same, which a real server would not.
   * @throws DeviceError
   */
  answer(
    bid: string,
    mid: string,
    bearer: string,
    { status, response }: DeviceResponse,
    trick: 'twice' | 'after-timeout' | null,
  ): void {
    const command = this.#authorised(bid, mid, bearer)
    if (command.state === 'COMPLETED') throw new DeviceError('answered')
    if (command.state !== 'IN_PROGRESS') throw new DeviceError('ended')
    const destination = command.destinations.find((candidate) => candidate.mid === mid)
    const late = trick === 'after-timeout'
    const before = late ? this.#timeOut(command) : Promise.resolve(true)
    command.state = 'COMPLETED'
    this.#settleBoxes(mid, response.code === 0)
    const body = {
      responseHeader: { inReplyTo: destination?.location, status },
      [WIRE[command.kind].response]: response,
      ...this.#envelope(command, destination ? [destination] : []),
    }
    const send = () => this.#callbacks.send(command.kind, command.commandId, body)
    const sent = before.then(() => (trick === 'twice' ? Promise.all([send(), send()]).then(([taken]) => taken) : send()))
    this.#sent.set(command.commandId, sent)
    this.#file.changed()
    this.#schedule(command)
  }

  /** @throws DeviceError `unknown`, also for a wrong key: what one may not open is not there */
  #authorised(bid: string, mid: string, bearer: string): StoredCommand {
    const command = this.#byMid.get(mid)
    const opening = command?.openings.find((candidate) => candidate.mid === mid && candidate.bid === bid)
    const allowed = bearer !== '' && (opening?.session === bearer || this.#file.state.mailboxes.get(bid)?.key === bearer)
    if (!command || !opening || !allowed) throw new DeviceError('unknown')
    return command
  }

  /** The boxes that were made while answering `mid`: in use from now on, or gone. */
  #settleBoxes(mid: string, accepted: boolean): void {
    for (const box of this.#file.state.mailboxes.values()) {
      if (box.madeFor !== mid || box.active) continue
      if (accepted) box.active = true
      else this.#file.state.mailboxes.delete(box.bid)
    }
  }

  // ── Time ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────

  #schedule(command: StoredCommand): void {
    clearTimeout(this.#timers.get(command.commandId))
    const at = command.state === 'IN_PROGRESS' ? command.timeoutAt : command.purgeAt
    const due = () => (command.state === 'IN_PROGRESS' ? this.#timeOut(command) : this.#purge(command))
    this.#timers.set(command.commandId, setTimeout(due, Math.min(Math.max(at - Date.now(), 0), MAX_TIMER_MS)))
  }

  #timeOut(command: StoredCommand): Promise<boolean> {
    command.state = 'TIMEOUT'
    for (const { mid } of command.destinations) this.#settleBoxes(mid, false)
    this.#file.changed()
    this.#schedule(command)
    const sent = this.#callbacks.send(command.kind, command.commandId, this.#envelope(command, command.destinations))
    this.#sent.set(command.commandId, sent)
    return sent
  }

  #purge(command: StoredCommand): void {
    this.#timers.delete(command.commandId)
    this.#sent.delete(command.commandId)
    this.#file.state.commands.delete(command.commandId)
    for (const { mid } of command.destinations) this.#byMid.delete(mid)
    this.#file.changed()
  }

  /** The part of a callback that every kind has, members in the published order. */
  #envelope(command: StoredCommand, destinations: Destination[]): object {
    return {
      commandId: command.commandId,
      ...(command.externalId === undefined ? {} : { externalId: command.externalId }),
      destinations,
      commandType: WIRE[command.kind].commandType,
      state: command.state,
      fqdn: this.#fqdn,
    }
  }

  // ── Waiting devices ────────────────────────────────────────────────────────────────────────────────────────────────────────

  #nextMessage(bid: string, waitMs: number, gone: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const waiters = this.#waiting.get(bid) ?? new Set()
      this.#waiting.set(bid, waiters)
      const done = () => {
        clearTimeout(timer)
        waiters.delete(done)
        if (waiters.size === 0) this.#waiting.delete(bid)
        resolve()
      }
      const timer = setTimeout(done, waitMs)
      waiters.add(done)
      gone.addEventListener('abort', done)
    })
  }

  #wake(bid: string): void {
    for (const waiter of [...(this.#waiting.get(bid) ?? [])]) waiter()
  }
}
