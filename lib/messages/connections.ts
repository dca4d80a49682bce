/** Connections: CAs and the messaging server, and what a test of them saw. */
const day = (time: Date): string => time.toISOString().slice(0, 10)

/** A private key of 4096 bits as PEM has 3 300. */
export const MAX_SECRET_CHARACTERS = 10_000

export const connections = {
  title: 'Connections',
  intro: 'Who signs certificates and who carries them. A test tries everything up to a certificate, without a person or a phone.',
  add: 'Add a certificate authority',
  addKind: { est: 'Add EST server', scep: 'Add SCEP server' },
  kinds: {
    hermod: 'Messaging server',
    embedded: 'Built-in certificate authority',
    est: 'EST certificate authority',
    scep: 'SCEP certificate authority',
  },
  states: { ok: 'Works', failed: 'Problem', untested: 'Not tested yet' },
  hermodTitle: 'Messaging server (Hermod)',
  hermodAddress: 'set by HERMOD_URL of the worker',
  system: 'Portal',
  workers: (n: number) =>
    n === 0
      ? 'No worker is running: nothing is sent, checked or issued.'
      : n === 1
        ? '1 worker running.'
        : `${n} workers running.`,
  database: (ms: number) => `The database answered in ${ms} ms.`,
  facts: {
    address: 'Address',
    lastSuccess: 'Last success',
    lastError: 'Last error',
    never: 'never',
    signer: 'Signs with',
    until: 'Valid until',
    noCertificate: 'not known yet: test the connection',
    usedBy: 'Used by',
    profiles: (n: number) => (n === 0 ? 'no profile' : n === 1 ? '1 profile' : `${n} profiles`),
    secrets: 'Secrets',
    noSecrets: 'none stored',
    secretSince: (by: string) => `set by ${by}`,
    challenges: 'One-time challenges',
    challengesLeft: (left: number) => (left === 0 ? 'none left' : `${left} left`),
    challengesNone: 'Nobody can be enrolled until new ones are entered.',
    challengesFew: 'Enter new ones soon.',
  },
  edit: 'Change',
  run: {
    test: 'Test',
    testing: 'Testing…',
    hermodNote: 'The callback may take up to half a minute.',
    accept: 'Accept this certificate',
    lost: 'The portal could not be reached. The test goes on; reload the page to see it.',
    stuck: 'No worker has taken the test. It runs as soon as one is started.',
    by: (name: string) => `Test by ${name}`,
    testCertificate: 'Test certificate (PEM)',
    outcomes: { passed: 'Passed', warned: 'Passed with warnings', failed: 'Failed' },
    steps: {
      settings: 'Settings',
      reach: 'Reachable',
      capabilities: 'Abilities',
      certificate: 'CA certificate',
      expiry: 'Validity',
      clock: 'Clock',
      enrolment: 'Test enrolment',
      key: 'API key',
      callback: 'Callback',
    },
    stepOutcomes: { ok: 'Good', warning: 'Warning', failed: 'Failed', skipped: 'Left out' },
  },
  form: {
    newTitle: { est: 'New EST server', scep: 'New SCEP server' },
    failed: 'It was not saved',
    checkFields: 'See the fields below.',
    save: 'Save and test',
    cancel: 'Cancel',
    optional: '(optional)',
    name: 'Name',
    nameHint: 'Appears in profiles and addresses. It cannot be changed later.',
    url: 'Address',
    urlHint: {
      est: 'https://ca.example, or with the whole path, e.g. https://ca.example/.well-known/est/phones',
      scep: 'As its documentation says, e.g. http://ca.example/scep/pkiclient.exe',
    },
    anchorSha256: 'SHA-256 fingerprint of the CA’s root certificate',
    anchorSha256Hint: 'Ask whoever runs the CA, by another way than the network. Certificates are believed only under it.',
    tlsCa: 'Who issues the server’s TLS certificate (PEM)',
    tlsCaHint: 'Empty: the public authorities of this system.',
    basicUser: 'User name (HTTP Basic)',
    clientCertificate: 'TLS client certificate with its chain (PEM)',
    caIdentifier: 'CA identifier',
    caIdentifierHint: 'Where one server speaks for several CAs.',
    raCertificate: 'Certificate of the registration authority (PEM)',
    raCertificateHint: 'Signs our messages. Empty: a self-signed one for each message.',
    messageType: 'Message type',
    legacyAlgorithms: 'Allow SHA-1, Triple-DES and DES with this CA',
    legacyAlgorithmsHint: 'They are broken. Only where the CA can do no other.',
    subject: 'Subject in the certificate',
    subjectHint:
      'Some CAs write the subject anew in other string types (PrintableString for UTF8String): many in Go such as scepserver, EJBCA and AD CS by their settings. Then choose “same text”: attributes, order and every character must still be the ones asked for.',
    subjects: { exact: 'exactly as asked for', equivalent: 'same text' },
    renewal: 'Certificates that replace one of the same subject',
    renewals: {
      est: { enroll: 'asked for like any other (simpleenroll)', reenroll: 'asked for as renewals (simplereenroll)' },
      scep: { enroll: 'asked for like any other', reenroll: 'asked for as renewals (RenewalReq)' },
    },
    renewalHint:
      'Renewals only where the CA takes them from us: by the letter the old certificate’s own key would have to ask, and that is in the phone. Where the person has no unexpired certificate of exactly this subject from this CA, or one with alternative names, it is asked for like any other.',
    challenge: 'Challenge in the request (challengePassword)',
    challengeHint:
      'Phones sign their own requests, so a challenge has to be sent to them: a fixed one would not stay secret, and whoever knows it can enrol any name, so it is not offered. One-time challenges are not documented to work: it depends on the phone app keeping the request’s attributes, and an answer without the challenge is refused.',
    challenges: {
      none: 'none (the CA trusts our signer)',
      'one-time': 'one-time (not documented)',
    },
    challengeList: 'One-time challenges to add, one a line',
    challengeDiscard: 'Throw away those that are left',
    challengeDiscardHint: 'When they have ended at the CA, or somebody has seen them. It cannot be undone.',
    challengeListNew: (left: number | null) =>
      `${left === null ? '' : `${left} left. `}Encrypted before they are stored; they can never be shown again. Each key of an offer takes one, also of an offer that comes to nothing. Until the CA has seen it, whoever holds the phone could ask the CA for another name with it: have each bound to a name there, or to a short time.`,
    timeoutMs: 'Time for one answer, in milliseconds',
    secrets: {
      'basic-password': 'Password',
      'client-key': 'Private key of the client certificate (PEM)',
      'ra-key': 'Private key of the registration authority (PEM)',
    } as Record<string, string>,
    secretStored: (since: string, by: string) =>
      `Set on ${since} by ${by}. It cannot be shown. Empty keeps it; enter it again for another address.`,
    secretNew: 'Encrypted before it is stored; it can never be shown again.',
  },
  errors: {
    noIssuer: 'There is no such certificate authority.',
    invalid: 'Some fields need another look.',
    nameTaken: 'Another certificate authority has this name.',
    noWorkerYet: 'Secrets can be stored once a worker has started: it makes the key they are encrypted to.',
    secretMissing: 'Enter it: it was not stored yet.',
    secretMoved: 'Enter it again: it was stored for another address, and is not sent anywhere else.',
    tooLong: 'It is too long.',
    keyUnreadable: 'It must be a private key as PEM, not encrypted with a passphrase.',
    challengeTooLong: (line: number) => `Line ${line} has more than 255 characters.`,
    challengeUnfit: (line: number) => `Line ${line} has a control character.`,
    challengeTwice: (line: number) => `Line ${line} was there before: each is for one time only.`,
    challengesTooMany: (most: number) => `At most ${most} at once.`,
    keyOfAnother: 'It is not the key of the certificate above.',
  },
  /** Sentences of a test's steps, written by the worker. */
  test: {
    defect: 'The test stopped because of an error in the portal; see the log.',
    settingsRead: 'The settings and secrets can be read.',
    keysOpen: 'The keys open with the passphrase of this worker.',
    signsHere: 'It signs in the worker itself: there is nothing to reach.',
    reached: 'It answers, and its TLS certificate is believed.',
    reachedPlain: 'It answers, without TLS: what is said is signed and encrypted by SCEP itself.',
    capabilities: (names: readonly string[]) => `It says it can do: ${names.join(', ')}.`,
    notWithoutTrust: 'Nothing is asked for as long as it is not known whose certificates it gives.',
    changed: (name: string, now: string, before: string) =>
      `It now signs with another certificate under the pinned one: ${name} (${now}) instead of ${before}. Certificates of the new one are refused until an administrator accepts it.`,
    changedMeanwhile: 'The settings were changed during the test. Test again.',
    trusted: (name: string, fingerprint: string) =>
      `It signs with ${name} (SHA-256 ${fingerprint}), under the pinned certificate.`,
    notValidNow: (from: Date, until: Date) => `Its certificates are valid from ${day(from)} to ${day(until)} only.`,
    validUntil: (until: Date, days: number) =>
      `Its certificates are valid until ${day(until)}${days < 30 ? `: ${days} ${days === 1 ? 'day' : 'days'} left. They must be renewed, and accepted here` : ''}.`,
    noClock: 'It does not say what time it is.',
    clock: (skewS: number) =>
      Math.abs(skewS) <= 120
        ? 'Its clock and ours agree.'
        : `Its clock is ${Math.abs(skewS)} seconds ${skewS > 0 ? 'ahead of' : 'behind'} ours: one of the two must be put right.`,
    challengeSpared:
      'It would use up a one-time challenge. Whether the CA takes them, and whether the phone app keeps them, shows with the first enrolment.',
    pending: (detail: string) => `It takes requests, but does not answer at once. ${detail}`,
    enrolled: (serial: string, profile: string | null) =>
      `It made a test certificate (serial number ${serial})${profile === null ? '' : `, right for the profile “${profile}”`}. Have it revoked there; nobody has its key.`,
    enrolledOtherwise: (detail: string) =>
      `It made a test certificate, but not quite as it was asked to. ${detail} Compare it with the profile before you use this CA in one.`,
    notAsProfile: (detail: string, profile: string) =>
      `It made a test certificate, but not as the profile “${profile}” wants it. ${detail}`,
    calledBack: 'Its callback came back with the agreed password.',
    interrupted: 'The test was interrupted. Test again.',
    noCallback: (seconds: number, url: string) =>
      `No callback came within ${seconds} seconds. The messaging server must be able to reach ${url}/callback, and its client entry must have ${url} as callback address and the agreed user name and password. (A server that never reports commands whose time ran out looks the same.)`,
    hermodReached: (ms: number) => `It answers, after ${ms} ms.`,
    hermodSilent: (detail: string) => `It does not answer: ${detail}.`,
    keyAccepted: 'It took a test command, so it accepts the client id and the API key.',
    keyRefused: (detail: string) => `It does not accept the client id or the API key (${detail}).`,
    hermodRefused: (detail: string) => `It answers, but does not take a command (${detail}).`,
    nothingToCallBack: 'There was no command that it could call back for.',
  },
}
