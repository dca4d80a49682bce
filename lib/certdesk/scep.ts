/**
 * `certdesk scep …`: whether an embedded CA answers SCEP, what it gives, and who may ask. What is made here is shown once, alone on standard
 * output, so that a script can take it.
 */
import { hash, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { authorize, type Grant } from '#lib/auth/permissions.ts'
import { readDer } from '#lib/core/asn1/der.ts'
import { nameOfCertificate } from '#lib/core/cms/signed-data.ts'
import { DEFAULT_SCEP_SERVER, scepServerConfigSchema } from '#lib/core/scep/server-config.ts'
import { isRevocationReason, REVOCATION_REASONS } from '#lib/core/x509/crl-reasons.ts'
import {
  addScepAuthority,
  createScepChallenge,
  findScepIssuer,
  listScepCertificates,
  removeScepAuthority,
  revokeScepCertificate,
  setScepServer,
} from '#lib/data/scep-admin.ts'
import { UsageError } from './usage.ts'

const USAGE = `certdesk scep enable [--days N] [--key-usage A,B] [--extended-key-usage A,B] [--legacy]
       certdesk scep disable
       certdesk scep challenge [--common-name NAME] [--hours N]
       certdesk scep add-ra --name NAME --certificate FILE
       certdesk scep remove-ra --name NAME
       certdesk scep list
       certdesk scep revoke --serial HEX --reason ${REVOCATION_REASONS.join('|')}
       each with [--issuer NAME], default certdesk-issuing-ca`

const DEFAULT_ISSUER = 'certdesk-issuing-ca'
const LISTED = 1_000

type Values = ReturnType<typeof parse>
interface Call {
  grant: Grant<'settings:manage'>
  issuer: { id: string; name: string }
  values: Values
}

const VERBS: Readonly<Record<string, (call: Call) => Promise<void>>> = {
  enable,
  disable,
  challenge,
  'add-ra': addRa,
  'remove-ra': removeRa,
  list,
  revoke,
}

export async function scepCommand([verb = '', ...rest]: string[]): Promise<void> {
  const work = VERBS[verb]
  if (work === undefined) throw new UsageError(USAGE)
  const values = parse(rest)
  const grant = authorize({ kind: 'system', name: 'certdesk command line' }, 'settings:manage')
  const issuer = await findScepIssuer(grant, values.issuer)
  if (issuer === null) throw new UsageError(`There is no embedded CA called ${values.issuer}.`)
  await work({ grant, issuer, values })
}

async function enable({ grant, issuer, values }: Call): Promise<void> {
  const words = (text: string | undefined, otherwise: readonly string[]) =>
    text === undefined ? otherwise : text.split(',').filter(Boolean)
  const config = scepServerConfigSchema.safeParse({
    validityDays: values.days === undefined ? DEFAULT_SCEP_SERVER.validityDays : Number(values.days),
    keyUsage: words(values['key-usage'], DEFAULT_SCEP_SERVER.keyUsage),
    extendedKeyUsage: words(values['extended-key-usage'], DEFAULT_SCEP_SERVER.extendedKeyUsage),
    legacyAlgorithms: values.legacy,
  })
  if (!config.success)
    throw new UsageError(`${config.error.issues[0]?.path.join('.')}: ${config.error.issues[0]?.message}\n\n${USAGE}`)
  await setScepServer(grant, issuer.id, config.data)
  const legacy = config.data.legacyAlgorithms ? ', also with SHA-1, Triple-DES and DES' : ''
  console.error(
    `${issuer.name} answers SCEP at /pki/scep/${issuer.name}${legacy}: certificates of ${config.data.validityDays} days.`,
  )
}

async function disable({ grant, issuer }: Call): Promise<void> {
  if (!(await setScepServer(grant, issuer.id, null))) throw new UsageError(`${issuer.name} never answered SCEP.`)
  console.error(`${issuer.name} no longer answers SCEP. What was issued stays valid until it ends or is revoked.`)
}

async function challenge({ grant, issuer, values }: Call): Promise<void> {
  const hours = values.hours === undefined ? 24 : Number(values.hours)
  if (!(Number.isInteger(hours) && hours >= 1 && hours <= 8_760))
    throw new UsageError('--hours is a whole number from 1 to 8760.')
  const commonName = values['common-name'] ?? null
  if (commonName !== null && (commonName === '' || commonName.length > 64))
    throw new UsageError('--common-name has 1 to 64 characters.')
  const made = await createScepChallenge(grant, { issuerId: issuer.id, commonName, hours })
  console.error(
    `For one certificate${commonName === null ? '' : ` for ${commonName}`}, within ${hours} hours. It is shown this once:`,
  )
  console.log(made.challenge)
}

async function addRa({ grant, issuer, values }: Call): Promise<void> {
  const { name, certificate: file } = values
  if (!name || !file || name.length > 100) throw new UsageError(USAGE)
  const certificate = readCertificate(file)
  if (certificate.publicKey.asymmetricKeyType !== 'rsa') throw new UsageError('A registration authority must have an RSA key.')
  const der = Uint8Array.from(certificate.raw)
  const spkiSha256 = Uint8Array.from(hash('sha256', nameOfCertificate(readDer(der)).spki, 'buffer'))
  if (!(await addScepAuthority(grant, { issuerId: issuer.id, name, certificate: der, spkiSha256 })))
    throw new UsageError('This key is a registration authority already, or was one and was removed: make a new key.')
  console.error(
    `Whatever ${name} (${certificate.subject.replaceAll('\n', ', ')}) signs is certified, until ${certificate.validTo}.`,
  )
}

function readCertificate(file: string): X509Certificate {
  try {
    return new X509Certificate(readFileSync(file))
  } catch (cause) {
    throw new UsageError(`${file} cannot be read, or is no certificate.`, { cause })
  }
}

async function removeRa({ grant, issuer, values }: Call): Promise<void> {
  if (!values.name || !(await removeScepAuthority(grant, issuer.id, values.name)))
    throw new UsageError(`There is no registration authority ${values.name ?? ''} that could be removed.`)
  console.error(`${values.name} is no registration authority any more.`)
}

async function list({ grant, issuer }: Call): Promise<void> {
  for (const row of await listScepCertificates(grant, issuer.id, LISTED)) {
    const state = row.revokedAt === null ? `until ${row.notAfter.toISOString()}` : `revoked ${row.revokedAt.toISOString()}`
    // Names come from outside: shown in one line, whatever is in them.
    console.log(`${row.serialNumber}  ${state}  ${JSON.stringify(row.subject)}  ${row.authorisedBy}`)
  }
}

async function revoke({ grant, issuer, values }: Call): Promise<void> {
  const { serial = '', reason = '' } = values
  if (!isRevocationReason(reason) || !/^[0-9a-f]{1,40}$/i.test(serial)) throw new UsageError(USAGE)
  const serialNumber = serial.toLowerCase().replace(/^0+/, '')
  if (!(await revokeScepCertificate(grant, { issuerId: issuer.id, serialNumber, reason })))
    throw new UsageError(`${issuer.name} issued no certificate ${serialNumber} over SCEP that could be revoked.`)
  console.error(`Certificate ${serialNumber} is revoked; the next CRL, made now, says so.`)
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        issuer: { type: 'string', default: DEFAULT_ISSUER },
        days: { type: 'string' },
        'key-usage': { type: 'string' },
        'extended-key-usage': { type: 'string' },
        legacy: { type: 'boolean', default: false },
        'common-name': { type: 'string' },
        hours: { type: 'string' },
        name: { type: 'string' },
        certificate: { type: 'string' },
        serial: { type: 'string' },
        reason: { type: 'string' },
      },
    }).values
  } catch (cause) {
    throw new UsageError(USAGE, { cause })
  }
}
