/**
 * `npm run phone -- "<offer link>"`: the training phone without a screen, for tests, load and people who like a terminal.
 * Ends with 0 when a certificate is stored and the portal has been told, with 1 when not, with 2 when called wrongly.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
// biome-ignore lint/style/noRestrictedImports: where files are kept is said by CERTDESK_DATA_DIR, and only lib/env.ts reads the environment
import { dataDir } from '#lib/env.ts'
import { type BentKeys, isBentKeys, isPhoneFault, PHONE_FAULTS, type PhoneFaultName } from './faults.ts'
import { ALL_KEY_KINDS, isKeyKind, type KeyKind } from './keys.ts'
import { PhoneProblem } from './problem.ts'
import { defaultTimeoutMs, type PhoneEvent, runPhone } from './run-phone.ts'

const USAGE = `usage: npm run phone -- "<offer link>" [options]
       npm run phone -- --resume PROFILE-ID [options]
  The link is what the QR code says (com.nexusgroup.plugout:…); "-" reads it from standard input.
  --resume PROFILE-ID  fetches the certificate of a profile stored before (after "send again")
  --fault NAME         does one thing wrong; --list-faults says what there is
  --fault-key WHICH    of several keys, a fault of a key bends: every (default), first, last
  --key-types LIST     the kinds of key that this phone can make, by commas (all: ${ALL_KEY_KINDS.join(',')})
  --device-name TEXT   the phone's name (Training phone)
  --timeout SECONDS    how long to wait for the certificate (60; with a fault that the portal must refuse, 3)
  --json               tells what happens as one JSON object a line; the last one has "event": "stored" or "failed"
Keys and certificates are kept as PEM in phone/PROFILE-ID/ of the data folder (CERTDESK_DATA_DIR, .data).`

const TELL: { [E in PhoneEvent as E['event']]: (event: E) => string } = {
  opened: ({ server, servername, profile, userid, subjects, expiresAt }) =>
    [
      `Offer opened: "${profile}" of ${servername} for ${userid}, from ${server}, good until ${expiresAt}`,
      ...Object.entries(subjects).map(([keyid, subject]) => `  key "${keyid}": ${subject}`),
    ].join('\n'),
  refused: () => 'Refused: the phone said no.',
  left: () => 'Left alone: the offer will run out.',
  'keys-made': ({ keyids, kinds, folder }) =>
    `Keys made (${keyids.map((keyid, index) => `${keyid}: ${kinds[index]}`).join(', ')}), kept in ${folder}`,
  answered: ({ fault }) => (fault ? `Answered, with the fault ${fault}: ${PHONE_FAULTS[fault].does}` : 'Answered.'),
  waiting: ({ seconds }) => `Waiting for the certificate, up to ${seconds} s …`,
  certificate: ({ keyid, subject, issuer, serialNumber, notAfter }) =>
    `Certificate for "${keyid}": ${subject}\n  issued by ${issuer}, serial number ${serialNumber}, valid until ${notAfter}`,
  'certificate-not-kept': () => 'The portal was not told that the certificate is stored.',
  stored: ({ files }) => `Stored: ${files.join(', ')}`,
}

function usageError(sentence: string): never {
  console.error(`${sentence}\n${USAGE}`)
  process.exit(2)
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        resume: { type: 'string' },
        fault: { type: 'string' },
        'fault-key': { type: 'string', default: 'every' },
        'key-types': { type: 'string' },
        'list-faults': { type: 'boolean', default: false },
        'device-name': { type: 'string', default: 'Training phone' },
        timeout: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
  } catch {
    // The parser's own message would repeat the argument, which may be the offer.
    return usageError('There is an option that this phone does not have.')
  }
}

const { values, positionals } = readArguments()
if (values.help) {
  console.log(USAGE)
  process.exit(0)
}
if (values['list-faults']) {
  if (values.json)
    console.log(JSON.stringify(Object.entries(PHONE_FAULTS).map(([name, { does, ends }]) => ({ name, does, ends }))))
  else for (const [name, { does, ends }] of Object.entries(PHONE_FAULTS)) console.log(`${name.padEnd(22)} ${does} → ${ends}`)
  process.exit(0)
}

function readFault(name: string | undefined): PhoneFaultName | null {
  if (name === undefined) return null
  return isPhoneFault(name) ? name : usageError(`There is no fault "${name}"; --list-faults says what there is.`)
}

const readBentKeys = (name: string): BentKeys => (isBentKeys(name) ? name : usageError('--fault-key is every, first or last.'))

function readKeyTypes(list: string | undefined): readonly KeyKind[] {
  if (list === undefined) return ALL_KEY_KINDS
  const kinds = list.split(',').map((name) => name.trim())
  return kinds.every(isKeyKind) ? kinds : usageError(`--key-types is a list of ${ALL_KEY_KINDS.join(', ')}.`)
}

function readTimeoutMs(text: string | undefined, fault: PhoneFaultName | null): number {
  if (text === undefined) return defaultTimeoutMs(fault)
  return /^\d{1,5}$/.test(text) ? Number(text) * 1000 : usageError('--timeout must be whole seconds.')
}

const fault = readFault(values.fault)
const [given] = positionals
if (positionals.length > 1 || (given === undefined) === (values.resume === undefined))
  usageError('Give one offer link, or --resume.')
const link = given === '-' ? readFileSync(0, 'utf8') : given

const stop = new AbortController()
process.once('SIGINT', () => stop.abort(new Error('Stopped.')))
process.once('SIGTERM', () => stop.abort(new Error('Stopped.')))

try {
  const stored = await runPhone({
    from: link === undefined ? { profileId: values.resume ?? '' } : { link },
    dataDir: dataDir(),
    device: { operatingsystem: 'Certdesk (1.0)', name: values['device-name'], model: 'Command-line phone' },
    fault,
    bentKeys: readBentKeys(values['fault-key']),
    supported: readKeyTypes(values['key-types']),
    timeoutMs: readTimeoutMs(values.timeout, fault),
    signal: stop.signal,
    tell: (event) =>
      console.log(values.json ? JSON.stringify(event) : (TELL[event.event] as (event: PhoneEvent) => string)(event)),
  })
  process.exitCode = stored ? 0 : 1
  if (!stored) finish('no_certificate', 'No certificate was stored.')
} catch (error) {
  process.exitCode = 1
  finish(error instanceof PhoneProblem ? error.code : 'unexpected', error instanceof Error ? error.message : String(error))
}

function finish(code: string, message: string): void {
  if (values.json) console.log(JSON.stringify({ event: 'failed', code, message }))
  else console.error(message)
}
