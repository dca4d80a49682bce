/**
 * What the messaging server can be told to do wrong, over PUT /simulator/faults. One at a time, in memory only: a restart is a good
 * server again. They concern the portal's side; what a phone does wrong is the phone's (phone/faults.ts).
 */
export const SERVER_FAULTS = {
  down: 'Connections for commands are reset.',
  slow: 'Commands are answered late: after eight seconds, unless told otherwise.',
  '401': 'Commands are answered with 401, as for a wrong API key.',
  '403': 'Commands are answered with 403.',
  '500': 'Commands are answered with 500.',
  garbage: 'Commands are answered with 200 and octets that are no JSON.',
  html: 'Commands are answered with 200 and a web page, as a proxy in between does.',
  redirect: 'Commands are answered with 302 to elsewhere.',
  'no-reply': 'Commands are carried out, but the connection breaks before the reply.',
  'no-command-id': 'Commands are carried out, but the reply has no commandId.',
  'callback-lost': 'Callbacks are never sent.',
  'callback-twice': 'Each callback is sent twice.',
  'callback-before-reply':
    'A phone answers each provision command at once, and the callback is sent before the reply to the command.',
  'callback-without-auth': 'Callbacks carry no credentials.',
  'callback-wrong-auth': 'Callbacks carry wrong credentials.',
  'callback-oversized': 'Callbacks are blown up to 2 MiB.',
  'callback-garbage': 'Callbacks are octets that are no JSON.',
  'callback-unknown': 'Callbacks carry ids of a command that nobody sent.',
} as const

export type ServerFault = keyof typeof SERVER_FAULTS

export const isServerFault = (name: string): name is ServerFault => Object.hasOwn(SERVER_FAULTS, name)

export interface FaultSwitch {
  fault: ServerFault | null
  /** For `slow`. */
  ms: number
}
