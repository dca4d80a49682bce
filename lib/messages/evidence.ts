/** Words of the evidence page and the exchange viewer. What each check is for comes with the check itself (CheckResult.title). */
import type { CheckGroup, CheckOutcome } from '#lib/core/enrollment/evidence.ts'

/** Of the parts of the decoded exchange (components/enrollment/decode-answer.ts), and of those of each key. */
const PART_TITLES: Readonly<Record<string, string>> = {
  receipt: 'How it came',
  command: 'Command that we sent',
  envelope: 'Message of the messaging server',
  header: 'Signed answer (JWS): header',
  payload: 'Signed answer (JWS): payload',
  signature: 'Signed answer (JWS): signature',
}
const KEY_PART_TITLES: Readonly<Record<string, string>> = {
  header: 'signed key (JWS): header',
  payload: 'signed key (JWS): payload',
  signature: 'signed key (JWS): signature',
  csr: 'certificate request (PKCS #10)',
}

export const evidence = {
  title: 'Evidence',
  verdict: { passed: 'Passed', failed: 'Refused' },
  held: 'Held for staff',
  /** After the verdict: what the checks came to. */
  counts: ({
    all,
    fail,
    warn,
    skipped,
    monitored,
  }: Record<'all' | 'fail' | 'warn' | 'skipped' | 'monitored', number>): string => {
    const notes = warn === 0 ? '' : warn === 1 ? ', 1 of them with a note' : `, ${warn} of them with notes`
    if (fail === 0 && skipped === 0 && monitored === 0) return `All ${all} checks passed${notes}`
    if (fail === 0 && skipped === 0) return `${monitored} of ${all} checks would have refused it under another profile`
    return `${fail} of ${all} checks failed${skipped === 0 ? '' : `, ${skipped} could not run`}`
  },
  judged: 'Checked',
  byPolicy: (version: number) => `by attestation policy ${version}`,
  monitored: 'This would have been refused; the profile only monitors this check, or leaves it to staff.',
  printed: (id: string) => `Evidence of enrolment ${id}`,
  checks: 'Checks',
  show: 'Show checks',
  filters: {
    all: (n: number) => `All ${n}`,
    fail: (n: number) => `What failed (${n})`,
    warn: (n: number) => `Notes (${n})`,
    skipped: (n: number) => `Not run (${n})`,
  },
  nothing: { fail: 'Nothing failed.', warn: 'There are no notes.', skipped: 'Every check ran.' },
  showMarks: 'Show what it looked at',
  columns: {
    outcome: 'Outcome',
    expected: 'Expected',
    observed: 'Observed',
    meaning: 'What it means',
    why: 'Why it matters',
    acts: 'Who acts',
    say: 'Say to the caller',
  },
  outcomes: { pass: 'Passed', fail: 'Failed', warn: 'Note', skipped: 'Not run' } satisfies Record<CheckOutcome, string>,
  /** Before the checks that it needed. */
  notRun: 'Not looked at, because of what failed before it:',
  nothingToSay: 'Nothing: this was in order.',
  sayCopied: 'the words for the caller',
  key: (keyid: string) => `key “${keyid}”`,
  flow: {
    label: 'From the message to the policy',
    counts: {
      pass: (n: number) => `${n} passed`,
      fail: (n: number) => `${n} failed`,
      warn: (n: number) => (n === 1 ? '1 note' : `${n} notes`),
      skipped: (n: number) => `${n} not run`,
    } satisfies Record<CheckOutcome, (n: number) => string>,
  },
  groups: {
    envelope: { title: 'Message', text: 'Did it come from the messaging server, for this enrolment, in time?' },
    outer_signature: { title: 'Signature of the app', text: 'Was the answer signed by an app we trust?' },
    binding: { title: 'Belongs to this offer', text: 'Is it an answer to exactly what was asked, through our server?' },
    keys: { title: 'The new keys', text: 'Did the phone make the keys that were asked for, and does it hold them?' },
    csr: { title: 'Certificate requests', text: 'Do they ask for this person’s certificates and nothing else?' },
    policy: { title: 'Policy', text: 'Is it the app that this person used before, and may the person still have it?' },
  } satisfies Record<CheckGroup, { title: string; text: string }>,

  bundle: {
    text: 'The evidence bundle holds all of this, signed, in one file that proves itself without this portal.',
    verifier: 'Offline verifier',
    keys: 'Keys that sign bundles',
  },

  answer: {
    title: 'The exchange, decoded',
    none: 'The message that was checked is not among the messages of this enrolment.',
    choose: 'Choose a check to see what it looked at.',
    marked: (id: string, n: number) =>
      n === 0
        ? `${id}: what it looks at is not in this message, or hidden.`
        : `${id} looked at ${n === 1 ? 'the marked place' : `${n} marked places`}.`,
    markedLine: 'Marked:',
    markedParts: 'Parts with marked places',
    back: (id: string) => `Back to ${id}`,
    chooseLine: 'Choose a line to see its bytes and which checks looked at it.',
    lookedAtBy: 'looked at by',
    lookedAtByNone: 'is looked at by no check of its own',
    hex: 'Bytes of the chosen line',
    more: (n: number) => `… ${n} more bytes`,
    octets: (n: number) => `${n} bytes`,
    derColumns: 'Before each value: the byte at which it begins, its tag in hexadecimal, and the length of its content (DER).',
    receipt: { receivedAt: 'received', credentials: 'credentials', bytes: 'size in bytes' } as Readonly<Record<string, string>>,
    csrFields: {
      info: 'what is signed',
      version: 'version',
      subject: 'subject',
      spki: 'public key',
      attributes: 'attributes',
      algorithm: 'algorithm',
      key: 'key',
      signature: 'signature',
    } as Readonly<Record<string, string>>,
    problem: (text: string) => `It could not be read to its end: ${text}.`,
    shortened: (text: string, length: number) => `${text}… (${length} characters)`,
    /** `keyid`: what the key calls itself, if that could be read. */
    partTitle: (path: string, keyid: string | null = null): string => {
      const key = /^keys\[(\d+)\]\.(.+)$/.exec(path)
      if (!key) return PART_TITLES[path] ?? path
      const part = key[2] ?? ''
      return `Key ${Number(key[1]) + 1}${keyid === null ? '' : ` “${keyid}”`}, ${KEY_PART_TITLES[part] ?? part}`
    },
  },

  exchange: {
    decoded: 'Decoded',
    raw: 'Raw',
    view: 'Show messages',
    toHermod: 'Certdesk → Hermod',
    fromHermod: 'Hermod → Certdesk',
    empty: '(empty body)',
    notJson: 'Not JSON; shown as it came.',
    header: 'Header',
    payload: 'Payload',
    signature: (bytes: number) => `Signature, ${bytes} bytes`,
    nestedAt: (path: string) => `Signed part at ${path}`,
    copy: 'message',
    secrets: 'Offer links are taken out; the nonce is hidden while a code is live.',
  },
} as const

export const CHECK_GROUPS = Object.keys(evidence.groups) as CheckGroup[]
