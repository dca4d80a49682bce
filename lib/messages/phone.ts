/** Words of the training phone (/phone). */
import type { PhoneProblemCode } from '#lib/simulator/phone/problem.ts'

const date = (value: Date) => value.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' })

/** What a key is for, by the words of the offer; an unknown word is shown as it came. */
const USAGES: Readonly<Record<string, string>> = { SIG: 'to sign', AUTH: 'to sign in', ENC: 'to decrypt' }

export const phone = {
  title: 'Training phone',
  about: 'For training and demonstration: a phone in your browser. It answers the messaging simulator and nothing else.',
  device: { operatingsystem: 'Certdesk (1.0)', name: 'Training phone', model: 'Web phone' },
  back: 'Back',

  home: {
    title: 'Profiles',
    none: 'No profile yet',
    noneHint: 'Scan the code that the helpdesk shows, or paste the link that stands under it.',
    scan: 'Scan',
    offerLink: 'Offer link',
    offerHint: 'Begins with com.nexusgroup.plugout:',
    openOffer: 'Open offer',
    list: 'Profiles on this phone',
    valid: (until: Date) => `Certificate valid until ${date(until)}`,
    expired: (since: Date) => `Certificate expired on ${date(since)}`,
    waiting: 'Waiting for its certificate',
    left: 'The messaging server does not know it any more',
  },

  scan: {
    title: 'Scan the code',
    hint: 'Hold the code in front of the camera.',
    picture: 'What the camera sees',
    starting: 'Starting the camera.',
    noCamera: 'This page has no camera to use. Allow the camera in the browser, or go back and paste the link.',
    notAnOffer: 'That code is not an offer.',
  },

  opening: { title: 'Opening the offer', status: 'Opening the offer.' },

  offer: {
    title: 'Add this profile?',
    status: 'The offer is open. Check it, then continue.',
    server: 'Server',
    profile: 'Profile',
    user: 'User',
    subject: (keyid: string, several: boolean) => (several ? `Certificate for (${keyid})` : 'Certificate for'),
    keys: (count: number) => (count > 1 ? `${count} keys` : 'Key'),
    key: (kind: string | null, usage: string) => `${kind ?? 'A kind this phone cannot make'} · ${USAGES[usage] ?? usage}`,
    expires: (time: string) => `The offer is good until ${time}.`,
    check: 'Continue only if this is you, and you asked for it just now.',
    continue: 'Continue',
    refuse: 'Refuse',
  },

  attributes: {
    CN: 'Name',
    SN: 'Surname',
    GN: 'Given name',
    emailAddress: 'E-mail',
    O: 'Organisation',
    OU: 'Unit',
    L: 'Place',
    ST: 'State',
    C: 'Country',
    UID: 'User id',
    serialNumber: 'Number',
    title: 'Title',
    DC: 'Domain',
  } as Readonly<Record<string, string>>,

  pin: {
    title: 'Choose a PIN',
    hint: 'Six digits. They protect the key on the phone; nobody else needs to know them.',
    training: 'This training phone only compares the two and keeps neither.',
    pin: 'PIN',
    repeat: 'Repeat PIN',
    confirm: 'Confirm',
    notSix: 'The PIN must be six digits.',
    notSame: 'The two PINs are not the same.',
  },

  working: {
    title: 'Adding the profile',
    keys: 'Making the key',
    answering: 'Sending the answer',
    waiting: 'Waiting for the certificate',
    waitingHint: 'The portal checks the answer and gets the certificate. This takes a few seconds.',
    stepDone: 'done',
    stop: 'Stop waiting',
  },

  stored: {
    title: (count: number) => (count > 1 ? `${count} certificates stored` : 'Certificate stored'),
    status: (count: number) => (count > 1 ? `${count} certificates stored.` : 'Certificate stored.'),
    text: 'The portal has been told. You can close this page.',
    untold: 'The portal could not be told: it had stopped waiting.',
    done: 'Done',
  },

  certificate: {
    keyid: 'Key',
    subject: 'Subject',
    issuer: 'Issued by',
    validity: 'Valid',
    serialNumber: 'Serial number',
    range: (from: Date, to: Date) => `${date(from)} – ${date(to)}`,
  },

  profile: {
    waiting: 'No certificate has come yet. It is taken as soon as it comes.',
    remove: 'Remove from this phone',
    userAndServer: (userid: string, servername: string) => `${userid} · ${servername}`,
  },

  ended: {
    refused: { title: 'Refused', text: 'The portal has been told that you said no. Nothing was kept.' },
    left: { title: 'Left alone', text: 'The offer is open and will run out. The portal will say that it expired.' },
    notKept: { title: 'Certificate not kept', text: 'The fault is switched on: the phone did not store the certificate.' },
    asExpected: { title: 'No certificate came', text: 'That is right: the portal had to refuse an answer with this fault.' },
    alarm: 'A certificate came although the portal had to refuse the answer. Tell whoever looks after the portal.',
  },

  problem: {
    title: 'This did not work',
    storage: 'This browser lets the page keep no keys. Leave private browsing, or use another browser.',
    unexpected: 'The phone does not know why.',
    codes: {
      offer_malformed: 'This is not an offer link. It begins with com.nexusgroup.plugout: and is best copied whole.',
      offer_unknown: 'The messaging server does not know this offer any more. Ask for a new code.',
      offer_used: 'This offer has been opened already, and works once. Ask for a new code.',
      offer_expired: 'This offer has expired. Ask for a new code.',
      offer_unreadable: 'The offer holds something that this phone does not understand.',
      key_type_unsupported: 'The offer asks for a kind of key that this phone cannot make. The portal has been told.',
      fault_needs_two_keys: 'The fault that is switched on needs an offer of two keys. Nothing was answered.',
      fault_needs_ec_key: 'The fault that is switched on needs an offer of an EC key. Nothing was answered.',
      fault_needs_unasked_kind:
        'The fault that is switched on needs an offer that does not ask for every kind of key. Nothing was answered.',
      not_simulator: 'This offer is from another messaging server. The training phone answers only the simulator of this portal.',
      unreachable: 'The messaging server cannot be reached. Is the simulator running, and may this page call it?',
      server_error: 'The messaging server answered with something unexpected.',
      too_late: 'The answer came too late: the offer had ended. Ask for a new code.',
      no_secure_context: 'Keys can be made only on a page that came over https or from this machine (localhost).',
      certificate_late: 'No certificate came in time. It is taken when it comes: leave the phone open.',
      certificate_unreadable: 'What came as a certificate is none. The portal has been told.',
      certificate_wrong_key: 'The certificate that came is for another key. It was not stored, and the portal has been told.',
      box_unknown: 'The messaging server does not know this phone any more.',
    } satisfies Record<PhoneProblemCode, string>,
    ok: 'OK',
  },

  trainer: {
    title: 'Trainer’s faults',
    phoneFault: 'What the phone does wrong',
    serverFault: 'What the messaging server does wrong',
    none: 'Nothing',
    deviceName: 'Name of the phone',
    ends: {
      completed: 'The enrolment should complete all the same.',
      rejected: 'The portal should reject the answer and issue nothing.',
      refused: 'The enrolment should end as refused by the phone.',
      expired: 'The enrolment should expire.',
      undelivered: 'The certificate should stand as not on the phone.',
    },
    bentKeys: 'Of several keys, wrong is',
    bentKey: { every: 'Every key', first: 'The first key', last: 'The last key' },
    keyKinds: 'Kinds of keys this phone can make',
    keyKindsHint: 'It makes the first of them that the offer asks for.',
    serverHint: 'Holds for everybody who uses this simulator, until it is switched off.',
    serverFailed: 'The messaging server could not be told.',
  },
}
