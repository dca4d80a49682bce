/**
 * `node lib/simulator/main.ts`: the messaging simulator as a process of its own. Configured by options only, so that whoever starts it
 * (npm start, a test) decides everything and nothing of the portal's environment leaks in. Its API key and password are worth nothing
 * outside this machine: the simulator is for loopback, demo and training.
 */
import { parseArgs } from 'node:util'
import { startSimulator } from './server.ts'

const USAGE = `usage: node lib/simulator/main.ts --callback-url URL --api-key KEY [options]
  --port N            where it listens (20400; 0 for any free port)
  --host ADDRESS      (127.0.0.1)
  --public-url URL    where the portal and devices reach it, without a path (http://HOST:PORT)
  --data-dir FOLDER   keeps its files in FOLDER/simulator (.data)
  --callback-url URL  base of the portal's callbacks; the kind comes after it as /callback/<kind>
  --callback-auth U:P Basic auth of the callbacks (none)
  --callback-attempts N, --callback-retry-ms N   (3, 5000)
  --client-id NAME    (portal)
  --api-key KEY
  --allow-origin URL  origin of the portal's pages; may be repeated`

function fail(sentence: string, code: number): never {
  console.error(sentence)
  process.exit(code)
}

function wholeNumber(name: string, value: string, max: number): number {
  if (!/^\d{1,9}$/.test(value) || Number(value) > max) fail(`--${name} must be a whole number up to ${max}.`, 2)
  return Number(value)
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        port: { type: 'string', default: '20400' },
        host: { type: 'string', default: '127.0.0.1' },
        'public-url': { type: 'string' },
        'data-dir': { type: 'string', default: '.data' },
        'callback-url': { type: 'string' },
        'callback-auth': { type: 'string' },
        'callback-attempts': { type: 'string', default: '3' },
        'callback-retry-ms': { type: 'string', default: '5000' },
        'client-id': { type: 'string', default: 'portal' },
        'api-key': { type: 'string' },
        'allow-origin': { type: 'string', multiple: true, default: [] },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : error}\n${USAGE}`, 2)
  }
}

const values = readOptions()
if (values.help) {
  console.log(USAGE)
  process.exit(0)
}
const { 'callback-url': callbackUrl, 'api-key': apiKey } = values
if (!callbackUrl || !apiKey) fail(`--callback-url and --api-key are needed.\n${USAGE}`, 2)

const port = wholeNumber('port', values.port, 65_535)
try {
  const simulator = await startSimulator({
    host: values.host,
    port,
    dataDir: values['data-dir'],
    publicUrl: values['public-url']?.replace(/\/+$/, ''),
    clientId: values['client-id'],
    apiKey,
    callback: {
      url: callbackUrl.replace(/\/+$/, ''),
      auth: values['callback-auth'] ?? null,
      attempts: Math.max(1, wholeNumber('callback-attempts', values['callback-attempts'], 100)),
      retryDelayMs: wholeNumber('callback-retry-ms', values['callback-retry-ms'], 3_600_000),
    },
    allowOrigins: values['allow-origin'].map((origin) => new URL(origin).origin),
    log: (line) => console.error(`messaging simulator: ${line}`),
  })
  console.log(`messaging simulator ready: ${simulator.url}/hermod`)
  const end = () => {
    simulator.stop().then(() => process.exit(0))
  }
  process.once('SIGTERM', end)
  process.once('SIGINT', end)
} catch (error) {
  const code = error instanceof Error && 'code' in error ? error.code : null
  if (code === 'EADDRINUSE') fail(`Port ${port} is in use; the messaging simulator cannot listen there.`, 1)
  fail(`The messaging simulator cannot start: ${error instanceof Error ? error.message : error}`, 1)
}
