/**
 * What the simulator remembers across restarts: mailboxes, live commands, and where the command ids are. One JSON file, replaced by an
 * atomic rename, readable by its owner only because it holds tokens. Written a little after a change and at the end; command ids are
 * reserved in blocks beforehand, so that they keep increasing even after a kill.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { CommandKind } from './envelopes.ts'

export interface Destination {
  to: string
  bid: string
  uri: string
  pid?: string
  mid: string
  location: string
}

export interface StoredCommand {
  commandId: string
  kind: CommandKind
  externalId?: string | undefined
  state: 'IN_PROGRESS' | 'COMPLETED' | 'TIMEOUT'
  /** Milliseconds since 1970. */
  timeoutAt: number
  purgeAt: number
  body: Record<string, unknown>
  destinations: Destination[]
  /** What opens each destination once; `session` stands for a used token. */
  openings: { bid: string; mid: string; token: string; session: string | null }[]
}

export interface Mailbox {
  bid: string
  key: string
  pid: string
  userid: string
  /** The message that the phone was answering when it made this box. */
  madeFor: string
  /** Addressable by `@userid`: once its profile's answer has been accepted. */
  active: boolean
}

export interface SimulatorState {
  /** No command has this id or a higher one. */
  reservedCommandId: number
  /** By command id. */
  commands: Map<string, StoredCommand>
  /** Permanent ones, by bid. */
  mailboxes: Map<string, Mailbox>
}

interface Stored {
  reservedCommandId: number
  commands: StoredCommand[]
  mailboxes: Mailbox[]
}

const FIRST_COMMAND_ID = 1000

export interface StateFile {
  state: SimulatorState
  /** Something changed: write soon. */
  changed(): void
  /** Write now. */
  flush(): void
}

/** @throws Error with a sentence if the folder cannot be written or the file is not ours */
export function openStateFile(path: string): StateFile {
  mkdirSync(dirname(path), { recursive: true })
  const state = readState(path)
  let timer: NodeJS.Timeout | null = null
  let lastMs = 0

  const flush = (): void => {
    if (timer) clearTimeout(timer)
    timer = null
    const start = performance.now()
    const temporary = `${path}.${process.pid}`
    writeFileSync(temporary, JSON.stringify(toStored(state)), { mode: 0o600 })
    renameSync(temporary, path)
    lastMs = performance.now() - start
  }
  return {
    state,
    flush,
    // A large file is written less often: never more than a twentieth of the time goes into it.
    changed: () => {
      timer ??= setTimeout(flush, Math.max(200, lastMs * 20)).unref()
    },
  }
}

const toStored = ({ reservedCommandId, commands, mailboxes }: SimulatorState): Stored => ({
  reservedCommandId,
  commands: [...commands.values()],
  mailboxes: [...mailboxes.values()],
})

function readState(path: string): SimulatorState {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return { reservedCommandId: FIRST_COMMAND_ID, commands: new Map(), mailboxes: new Map() }
  }
  const value = JSON.parse(text) as Partial<Stored>
  const { reservedCommandId, commands, mailboxes } = value
  if (typeof reservedCommandId !== 'number' || !Array.isArray(commands) || !Array.isArray(mailboxes))
    throw new Error(`${path} is not a state of the messaging simulator; remove it to start afresh.`)
  return {
    reservedCommandId,
    commands: new Map(commands.map((command) => [command.commandId, command])),
    mailboxes: new Map(mailboxes.map((mailbox) => [mailbox.bid, mailbox])),
  }
}
