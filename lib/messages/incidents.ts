/** Incidents: a sentence for each kind, what it means, and what to do. */
import type { IncidentKind } from '#lib/core/incidents.ts'

interface IncidentText {
  title: string
  /** What was noticed and why it matters. */
  text: string
  /** What to do, in order. */
  next: readonly string[]
}

const ASK_USER = 'Ask the user what was scanned, on which phone, and who was there.'

export const INCIDENT_TEXTS = {
  key_of_another_user: {
    title: 'A key of somebody else’s phone',
    text: 'A phone answered with a key that another person’s phone has proved to hold. Two people never share a key: one phone was used for both, or a key was copied. No certificate was made.',
    next: [
      'Find out whether both people used one phone. If so, each needs a phone of their own.',
      'If not, revoke the other person’s certificates as well and block the key: somebody has a copy of it.',
    ],
  },
  attestation_changed: {
    title: 'Another app than before',
    text: 'A person’s phone answered with another attestation key than before. An update of the app brings a new key of the same key set; then the answer was taken. Another app’s key is refused, or held until staff have decided, as the profile says.',
    next: [
      'If the app was updated lately, or your organisation moves to an app of its own, this is to be expected.',
      'If not, ask the user where the app came from, and do not start a new enrolment before that is clear.',
      'If the answer is held, release or refuse it on the page of its enrolment.',
    ],
  },
  blocked_key: {
    title: 'A key of the block list',
    text: 'An answer carried a key that was blocked. It was refused, and no certificate was made.',
    next: [
      'See in the evidence whose key it is, the phone’s or the app’s, and why it was blocked.',
      'Have the phone set up again with a new app before another attempt. Ask the security officer if the key is the app’s.',
    ],
  },
  private_key_leaked: {
    title: 'A phone sent its private key',
    text: 'An answer carried the private half of a key. Whoever saw the message has it. A key of the phone was blocked at once; the key of the app is for you to block, since that stops every phone that has this app.',
    next: [
      'Do not enrol with this app again before it is mended, and tell its maker.',
      'If it is the app’s key (check C10), import the successor’s key and block this one.',
    ],
  },
  foreign_nonce: {
    title: 'An answer made for another person’s offer',
    text: 'An answer to one person’s enrolment carried the one-time number of another person’s open offer. Somebody had both, and tried to put one in the place of the other. The answer was refused.',
    next: [
      ASK_USER,
      'Cancel the other enrolment too and start it again with that person on the line.',
      'Tell the security officer. Both exchanges are kept.',
    ],
  },
  phone_denied: {
    title: 'A phone that is not the person’s',
    text: 'A phone answered, and the person says that it is not theirs. Somebody else has scanned the code, or the person was sent somebody else’s code. No certificate was made.',
    next: [
      ASK_USER,
      'See by the device’s name and the time whose phone it may be. Its keys were never certified.',
      'Start a new enrolment only with the person on the line or at the desk, and let nobody else see the code.',
    ],
  },
  revocation_not_published: {
    title: 'A revocation is not published',
    text: 'A certificate was revoked, put on hold or released, but the certificate authority does not say so where it should. Whoever asks there goes by the old word. The portal goes on looking.',
    next: [
      'If the certificate authority is told by hand, see on the home page whether that has been done.',
      'If not, look at what was found there (among the facts), and at the health of the worker and the connection.',
    ],
  },
  certificate_unseen: {
    title: 'A certificate that nobody has seen',
    text: 'A certificate authority made, or may have made, a certificate that never reached this portal or was not used. It may be valid without being on any phone.',
    next: [
      'Look for it at the certificate authority by the facts below, and revoke it there.',
      'Then see why its answer was lost or not right: the enrolment’s timeline says what happened.',
    ],
  },
} as const satisfies Record<IncidentKind, IncidentText>

const fields: Readonly<Record<string, string>> = {
  check: 'Check',
  code: 'Code',
  keyid: 'Key name',
  spkiSha256: 'Key (SHA-256 of its SPKI)',
  userid: 'User',
  otherUserid: 'Other user',
  otherEnrollmentId: 'Other enrolment',
  earlier: 'Attestation key before',
  thumbprint: 'Attestation key now',
  issuer: 'Certificate authority',
  serialNumber: 'Serial number',
  source: 'Where it is missing',
  found: 'What was found there',
  askedAt: 'Asked for at',
  saidBy: 'Said by',
}

export const incidents = {
  title: 'Incidents',
  parent: 'Incidents',
  notFound: 'There is no such incident.',
  standing: 'Filter by standing',
  kind: 'Kind',
  allKinds: 'All kinds',
  filters: { open: 'Open', closed: 'Closed', all: 'All' },
  columns: { what: 'What', person: 'Person', opened: 'Noticed', state: 'State' },
  open: 'Open',
  closed: 'Closed',
  nobody: 'Nobody',
  emptyTitle: 'No incidents',
  emptyText: 'When an answer carries somebody else’s key, a blocked key or another person’s number, it is shown here.',
  noneTitle: 'No such incidents',
  noneFiltered: 'None stands like this.',
  clear: 'Show all',
  what: 'What was noticed',
  todo: 'What to do',
  facts: 'Facts',
  /** Of the machine fields, in the order in which they are shown. */
  fields: Object.entries(fields),
  toEnrollment: 'To the enrolment',
  toUser: 'To the person',
  toCertificate: 'To the certificate',
  blockKey: 'Block this key',
  close: {
    button: 'Close incident',
    title: 'Close this incident?',
    text: 'It leaves the home page. It stays here, with your name and note, and the same thing does not open it again.',
    note: 'What came of it',
    noteHint: 'For whoever looks at it later. At most 500 characters.',
    needNote: 'Say in a few words what came of it.',
    confirm: 'Close',
    failed: 'The incident was not closed',
    closedBefore: 'Somebody has closed this incident already.',
    by: (name: string) => `Closed by ${name}`,
  },
  home: {
    tile: { title: 'Incidents', hint: 'Somebody should look at these' },
    title: 'Open incidents',
    all: (n: number) => (n === 1 ? 'The one open incident' : `All ${n} open incidents`),
  },
  notice: (n: number) => (n === 1 ? 'There is an open incident' : `There are ${n} open incidents`),
  toIncident: 'To the incident',
} as const
