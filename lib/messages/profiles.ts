/** Words of the settings' pages about profiles. */
import type { KeyType, KeyUsageWord, MONITORABLE_CHECKS, ProfileDefinition } from '#lib/core/enrollment/profile.ts'
import type { ProfileProblem, ProfileProblemCode } from '#lib/core/enrollment/profile-problems.ts'

type CertificateUsage = ProfileDefinition['certificate']['keyUsage'][number]
type ExtendedUsage = ProfileDefinition['certificate']['extendedKeyUsage'][number]

const problems: Record<ProfileProblemCode, (about: string) => string> = {
  template_unknown: (about) =>
    `The template has ${about}, which is nothing the directory knows. There are {name}, {userid}, {email}, {department} and {attributes.X}.`,
  template_unfit: (about) => `“${about}” does not fit this attribute: its length or a character is not allowed there.`,
  upn_missing: () => 'Smart card logon finds the account by the user principal name: say where it comes from.',
  ec_key_encipherment: (keyid) =>
    `The key “${keyid}” is an EC key, which cannot encipher keys (RFC 8813). Choose key agreement instead, or add an RSA kind.`,
  rsa_key_agreement: (keyid) =>
    `The key “${keyid}” is an RSA key, which cannot agree on keys. Choose key encipherment instead, or add an EC kind.`,
  validity_beyond_ca: (days) => `The CA’s own certificate ends in ${days} days; a certificate cannot outlive it.`,
  subject_optional: () => 'No attribute of the subject is required, so somebody of whom little is known gets a nearly empty one.',
  email_missing: () =>
    'The certificate is for mail, but carries no e-mail address in its alternative names; mail programs will not take it.',
  client_auth_signature: (keyid) => `The key “${keyid}” is for signing in (TLS), which needs digital signature.`,
  enc_cannot_decrypt: (keyid) =>
    `The key “${keyid}” is for decrypting, but its certificate allows neither key encipherment nor key agreement.`,
  key_type_undocumented: (keyid) =>
    `Nothing that is documented is among the kinds of “${keyid}”: a phone that knows only RSA-2048 refuses the offer.`,
  usage_undocumented: (usage) =>
    `The word ${usage} for a key’s use is not documented: try it with your app before people depend on it.`,
  key_set_empty: (set) =>
    `The attestation policy trusts no key of a set “${set}” now, so every answer will be refused until one is imported there.`,
  ca_without_certificate: () => 'This CA has no certificate yet, so nothing can be issued until it has.',
}

export const profileProblemText = ({ code, about }: ProfileProblem): string => problems[code](about)

/** What is wrong with a field, by the name of the rule (zod's issue codes and formats). */
export const fieldSentences = {
  missing: 'This is needed.',
  tooLong: (n: number) => `At most ${n} characters.`,
  tooSmall: (n: number) => `At least ${n}.`,
  tooBig: (n: number) => `At most ${n}.`,
  number: 'A whole number.',
  chooseOne: 'Choose at least one.',
  tooMany: (n: number) => `At most ${n}.`,
  control: 'A character that cannot be shown is not allowed.',
  keyid: 'Small letters, digits and hyphens, beginning with a letter; at most 32.',
  policy: 'Numbers with dots, like 1.3.6.1.4.1.99999.1, one a line.',
  choice: 'Choose one of the list.',
}

export const profiles = {
  title: 'Profiles',
  intro: 'What can be put on a phone: whose name, which keys, what the certificates say.',
  new: 'New profile',
  newTitle: 'New profile',
  copyOf: (title: string) => `Copy of ${title}`,
  emptyTitle: 'No profile yet',
  emptyText: 'A profile says what an enrolment makes. Without one nobody can be enrolled.',
  readOnly: 'You may look; only an administrator changes profiles.',
  columns: {
    order: 'Order',
    profile: 'Profile',
    keys: 'Keys',
    validity: 'Valid for',
    issuer: 'Issued by',
    changed: 'Changed',
    state: 'State',
  },
  days: (n: number) => (n === 1 ? '1 day' : `${n} days`),
  enabled: 'Offered',
  disabled: 'Switched off',
  enable: 'Offer it',
  disable: 'Switch off',
  disableText: (title: string, running: number) =>
    `“${title}” is not offered any more. ${running === 0 ? 'No enrolment is under way with it.' : `${running} under way go on to their end.`} Certificates that exist stay as they are.`,
  moveUp: (title: string) => `Move ${title} up`,
  moveDown: (title: string) => `Move ${title} down`,
  version: (n: number) => `Version ${n}`,
  by: (name: string) => `by ${name}`,
  running: (n: number) => (n === 1 ? '1 enrolment under way' : `${n} enrolments under way`),
  copy: 'Copy',
  history: 'History',
  historyText: 'Every version that was ever saved. An enrolment keeps the one it was started with.',
  firstVersion: 'The first version.',
  noChanges: 'Nothing differs.',
  save: 'Review and save',
  saveNew: 'Review and create',
  cancel: 'Cancel',
  failed: 'Not saved',
  errors: {
    checkFields: 'Check the marked fields.',
    notFound: 'There is no such profile any more.',
    nameTaken: 'There is a profile of that name.',
    noIssuer: 'Choose a CA of the list.',
    rehearse:
      'What answers must pass is changed: the checks or the key set. Rehearse exactly this choice in the review before you save; its result is what you decide on.',
    conflict: (version: number, by: string | null) =>
      `${by ?? 'Somebody'} has changed this profile meanwhile (version ${version}). Nothing of yours is lost: it stands here still. Open the present version beside this page, and put in what is missing.`,
  },
  openPresent: 'Open the present version',

  general: {
    title: 'General',
    titleField: 'Title',
    titleHint: 'What the helpdesk chooses it by.',
    name: 'Name',
    nameHint: 'The phone shows it, and programs ask for it by this name. It cannot be changed later.',
    nameFixed: 'The phone shows it, and programs ask for it by this name. It cannot be changed.',
    servername: 'Server name on the phone',
    servernameHint: 'Tells the user where the profile comes from.',
    attestationKeySet: 'Attestation key set',
    attestationKeySetHint: 'Whose signature an answer must carry. ATTESTATION is the app’s built-in one.',
    issuer: 'Issued by',
    issuerEnds: (date: string) => `The CA’s own certificate ends on ${date}.`,
  },

  subject: {
    title: 'Subject',
    text: 'From the first to the last, as it stands in the certificate. {name}, {userid}, {email}, {department} and {attributes.X} are filled in from the directory.',
    type: (n: number) => `Attribute ${n}`,
    value: (n: number) => `Template ${n}`,
    required: 'Required',
    optional: 'If known',
    presence: (n: number) => `When attribute ${n} is not known`,
    add: 'Add an attribute',
    up: (n: number) => `Move attribute ${n} up`,
    down: (n: number) => `Move attribute ${n} down`,
    remove: (n: number) => `Remove attribute ${n}`,
  },

  preview: {
    title: 'For a person',
    person: 'Person',
    personHint: 'Login, name or e-mail address. Empty: the first in the directory.',
    nobody: 'Nobody was found.',
    subject: 'Subject',
    email: 'E-mail',
    upn: 'User principal name',
    empty: 'nothing',
    failed: 'The preview did not come. It comes with the next change.',
  },

  keys: {
    title: 'Keys',
    text: 'The phone makes each of them, and each gets a certificate of its own. All or none.',
    key: (n: number) => `Key ${n}`,
    keyid: 'Key id',
    keyidHint: 'Its name between portal and phone.',
    usage: 'Use',
    usages: { SIG: 'Sign (SIG)', AUTH: 'Sign in (AUTH)', ENC: 'Decrypt (ENC)' } satisfies Record<KeyUsageWord, string>,
    kinds: 'Kinds, the preferred first',
    kindsHint: 'The phone makes the first that it can, and signs its answer by the mechanism beside it.',
    mechanism: 'responsemechanism: how the new key signs the phone’s answer (RFC 7518)',
    kindLabels: {
      'RSA-2048': 'RSA, 2048 bits',
      'RSA-3072': 'RSA, 3072 bits',
      'RSA-4096': 'RSA, 4096 bits',
      'EC-P256': 'EC, P-256',
      'EC-P384': 'EC, P-384',
    } satisfies Record<KeyType, string>,
    undocumented: 'Not documented',
    undocumentedText:
      'The vendor documents only RSA with 2048 bits and the use SIG. What is marked may not be understood by every app.',
    up: (kind: string) => `Prefer ${kind}`,
    down: (kind: string) => `Prefer ${kind} less`,
    add: 'Add a key',
    remove: (keyid: string) => `Remove key ${keyid}`,
    own: 'Its certificate has usages of its own',
    ownHint: 'Else it says what the part “Certificates” says.',
  },

  certificate: {
    title: 'Certificates',
    validityDays: 'Valid for (days)',
    keyUsage: 'Key usage',
    keyUsageHint: 'An EC key agrees on keys where an RSA key enciphers them: each certificate says what its kind of key can do.',
    keyUsages: {
      digitalSignature: 'Digital signature',
      nonRepudiation: 'Non-repudiation',
      keyEncipherment: 'Key encipherment',
      keyAgreement: 'Key agreement',
    } satisfies Record<CertificateUsage, string>,
    extendedKeyUsage: 'Extended key usage',
    extendedKeyUsages: {
      clientAuth: 'Signing in (TLS client)',
      emailProtection: 'Mail (S/MIME)',
      smartcardLogon: 'Smart card logon',
    } satisfies Record<ExtendedUsage, string>,
    subjectAltNameEmail: 'E-mail address as alternative name',
    subjectAltNameEmailHint: 'From the directory, if the person has one there.',
    subjectAltNameUpn: 'User principal name',
    subjectAltNameUpnHint: 'A template like {attributes.UPN}. Empty: none.',
    policies: 'Certificate policies',
    policiesHint: 'Object identifiers, one a line. Empty: none.',
  },

  times: {
    title: 'Times',
    offer: 'An offer lives (seconds)',
    offerHint: '30 to 1500. As long as the code on the screen can be scanned.',
    delivery: 'A delivery waits (seconds)',
    deliveryHint: '30 to 86400. As long as the phone can fetch its certificates.',
  },

  ask: {
    title: 'Before certificates are made',
    text: 'A good answer shows that whoever scanned had the code. It does not show that this was the person the code was for.',
    label: 'Who confirms the phone',
    choices: {
      nobody: 'Nobody: a good answer is enough',
      user: 'The person whose enrolment it is',
      staff: 'Staff',
    },
    consequence: {
      nobody: 'Certificates are made as soon as the checks have passed. A check below that holds still asks staff.',
      user: 'Name and model of the phone are shown on the page of the one-time link, or told to the helpdesk by the caller. Waits for a day.',
      staff: 'Somebody of the helpdesk looks at every phone and says why it is the right one. Waits for a week.',
    },
  },

  checks: {
    title: 'Checks of the answer',
    text: 'What an answer of the phone must pass. Three of the checks may hold the answer until staff have decided, or warn only, because without them an answer is still signed, fresh and about its own key.',
    enforce: 'Enforce',
    hold: 'Hold: staff decide',
    monitor: 'Monitor: warn only',
    always: 'Always enforced',
    alwaysTitle: (n: number) => `${n} checks that are always enforced`,
    alwaysText: 'An answer that fails one of them may be forged, replayed, somebody else’s or about another key.',
    consequence: {
      C13: 'Monitored: an answer that came through another messaging server is taken, and noted.',
      C14: 'Monitored: an answer given before another server certificate is taken, and noted.',
      C24: 'Monitored: an answer by another app than before is taken, and noted.',
    } satisfies Record<(typeof MONITORABLE_CHECKS)[number], string>,
  },

  review: {
    title: (title: string) => `Save “${title}”?`,
    createTitle: (title: string) => `Create “${title}”?`,
    changes: 'What changes',
    nothing: 'Nothing is different from what is saved.',
    before: 'Before',
    after: 'After',
    warnings: 'Think of this',
    next: (version: number, running: number) =>
      `This becomes version ${version}, for enrolments that are started from now on.${running === 0 ? '' : ` ${running === 1 ? 'One is' : `${running} are`} under way and keep theirs.`}`,
    created: 'It is offered at once, behind the others in the list.',
    onlyTitle: 'Only the title changes; there is no new version.',
    confirm: (version: number | null) => (version === null ? 'Save' : `Save as version ${version}`),
    create: 'Create profile',
    back: 'Back to the form',
  },

  /** A part of a definition, as changes name it. */
  field: (field: string): string =>
    field.startsWith('keys.') ? `Key “${field.slice('keys.'.length)}”` : (FIELDS[field] ?? field),
}

const FIELDS: Readonly<Record<string, string>> = {
  title: 'Title',
  issuer: 'Issued by',
  servername: 'Server name on the phone',
  attestationKeySet: 'Attestation key set',
  subject: 'Subject',
  keys: 'Order of the keys',
  offerTimeoutS: 'Life of an offer (s)',
  deliveryTimeoutS: 'Life of a delivery (s)',
  approval: 'Approval',
  confirmation: 'Somebody confirms the phone',
  confirmedBy: 'Who confirms the phone',
  monitoredChecks: 'Checks that only warn',
  heldChecks: 'Checks that hold for staff',
  'certificate.validityDays': 'Valid for (days)',
  'certificate.keyUsage': 'Key usage',
  'certificate.extendedKeyUsage': 'Extended key usage',
  'certificate.subjectAltNameEmail': 'E-mail address as alternative name',
  'certificate.subjectAltNameUpn': 'User principal name',
  'certificate.policies': 'Certificate policies',
}
