/** Words of the evidence table and the exchange viewer. What each check is for comes with the check itself (CheckResult.title). */
import type { CheckGroup, CheckOutcome } from '#lib/core/enrollment/evidence.ts'

export const evidence = {
  title: 'Evidence',
  none: 'No answer has been checked',
  noneText: 'Every check of the phone’s answer appears here, with what was expected and what was seen.',
  noneEnded: 'The phone never answered, so there was nothing to check.',
  verdict: { passed: 'Passed', failed: 'Refused' },
  judged: 'Checked',
  show: 'Show',
  all: (n: number) => `All ${n}`,
  failed: (n: number) => `What failed (${n})`,
  notes: (n: number) => `Failed and notes (${n})`,
  nothingFailed: 'Nothing failed.',
  columns: { check: 'Check', outcome: 'Outcome', expected: 'Expected', observed: 'Observed' },
  outcomes: { pass: 'Passed', fail: 'Failed', warn: 'Note', skipped: 'Not run' } satisfies Record<CheckOutcome, string>,
  needs: (ids: readonly string[]) => `Could not run, because ${ids.join(', ')} failed.`,
  key: (keyid: string) => `key “${keyid}”`,
  code: 'Code',
  groups: {
    envelope: { title: 'Message', text: 'Did it come from the messaging server, for this enrolment, in time?' },
    outer_signature: { title: 'Signature of the app', text: 'Was the answer signed by an app we trust?' },
    binding: { title: 'Belongs to this request', text: 'Is it an answer to exactly what was asked, through our server?' },
    keys: { title: 'The new key', text: 'Did the phone make the key that was asked for, and does it hold it?' },
    csr: { title: 'The certificate request', text: 'Does it ask for this person’s certificate and nothing else?' },
    policy: { title: 'Policy', text: 'May this phone have it, and was it accepted exactly once?' },
  } satisfies Record<CheckGroup, { title: string; text: string }>,

  exchange: {
    none: 'No messages yet',
    noneText: 'Every message to and from the messaging server appears here as it was sent.',
    failed: 'The messages could not be read.',
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
