/** Connections: CAs and the messaging server, and what a test of them saw. */
const day = (time: Date): string => time.toISOString().slice(0, 10)

export const connections = {
  errors: {
    noIssuer: 'There is no such certificate authority.',
    invalid: 'Some fields need another look.',
    nameTaken: 'Another certificate authority has this name.',
    noWorkerYet: 'Secrets can be stored once a worker has started: it makes the key they are encrypted to.',
    secretMissing: 'Enter it: it was not stored yet.',
    secretMoved: 'Enter it again: it was stored for another address, and is not sent anywhere else.',
    tooLong: 'It is too long.',
    keyUnreadable: 'It must be a private key as PEM, not encrypted with a passphrase.',
    keyOfAnother: 'It is not the key of the certificate above.',
  },
  /** Sentences of a test's steps, written by the worker. */
  test: {
    defect: 'The test stopped because of an error in the portal; see the log.',
    settingsRead: 'The settings and secrets can be read.',
    keysOpen: 'The keys open with the passphrase of this worker.',
    signsHere: 'It signs in the worker itself: there is nothing to reach.',
    reached: 'It answers, and its TLS certificate is believed.',
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
    pending: (detail: string) => `It takes requests, but does not answer at once. ${detail}`,
    enrolled: (serial: string, profile: string | null) =>
      `It made a test certificate (serial number ${serial})${profile === null ? '' : `, right for the profile “${profile}”`}. Have it revoked there; nobody has its key.`,
    enrolledOtherwise: (detail: string) =>
      `It made a test certificate, but not with the usual key usage for signing in. ${detail} Compare it with the profile before you use this CA in one.`,
    notAsProfile: (detail: string, profile: string) =>
      `It made a test certificate, but not as the profile “${profile}” wants it. ${detail}`,
    calledBack: 'Its callback came back with the agreed password.',
    interrupted: 'The test was interrupted. Test again.',
    noCallback: (seconds: number, url: string) =>
      `No callback came within ${seconds} seconds. The messaging server must be able to reach ${url}, and its client entry must have this callback address and the agreed user name and password. (A server that never reports commands whose time ran out looks the same.)`,
    hermodReached: (ms: number) => `It answers, after ${ms} ms.`,
    hermodSilent: (detail: string) => `It does not answer: ${detail}.`,
    keyAccepted: 'It took a test command, so it accepts the client id and the API key.',
    keyRefused: (detail: string) => `It does not accept the client id or the API key (${detail}).`,
    hermodRefused: (detail: string) => `It answers, but does not take a command (${detail}).`,
    nothingToCallBack: 'There was no command that it could call back for.',
  },
}
