/**
 * P4: what the embedded CA costs beyond the signature itself. One issuance is: read the stored PKCS#10, make serial number and TBS, sign,
 * assemble, and hold the result against the request (parse, compare, verify). Against: the bare `crypto.sign` of the same TBS.
 *
 * A and B take turns (ABAB…), so that a machine that slows down does so for both; medians of the turns.
 */
import { generateKeyPairSync, sign } from 'node:crypto'
import { checkCertificate } from '#lib/core/x509/certificate-check.ts'
import { makeKey, PROFILE, type TestKey } from '#lib/core/x509/certificate-fixtures.ts'
import { openChain } from '#lib/core/x509/chain.ts'
import { encodeCsr, readCsr } from '#lib/core/x509/csr.ts'
import { encodeName } from '#lib/core/x509/name.ts'
import { createEmbeddedCa } from '#lib/issuer/embedded/create.ts'
import { openEmbeddedIssuer } from '#lib/issuer/embedded/issuer.ts'
import type { IssuanceRequest } from '#lib/issuer/port.ts'
import { benchStored } from './issue-stored.ts'
import { type BenchRow, median } from './row.ts'

const TURNS = 11
const PER_TURN = 200
const WARM_UP = 300
const MUST = 4
const STRETCH = 2

const SUBJECT = encodeName([
  { type: 'C', value: 'SE' },
  { type: 'L', value: 'Stockholm' },
  { type: 'O', value: 'Example AB' },
  { type: 'OU', value: 'Sales' },
  { type: 'CN', value: 'Åsa Öberg' },
  { type: 'emailAddress', value: 'asa.oberg@example.org' },
])

/** Microseconds for one call. */
function time(calls: number, work: (index: number) => void): number {
  const started = performance.now()
  for (let index = 0; index < calls; index++) work(index)
  return ((performance.now() - started) * 1000) / calls
}

/** P4 and P5. */
export async function bench(): Promise<BenchRow[]> {
  return [await benchCodec('RSA-2048', makeKey), await benchCodec('P-256', makeEcKey), await benchStored()]
}

function makeEcKey(): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { privateKey, spki: publicKey.export({ format: 'der', type: 'spki' }) as TestKey['spki'] }
}

/** @param kind of the phone's key; the CA's own is RSA-2048 either way. */
async function benchCodec(kind: string, newKey: () => TestKey): Promise<BenchRow> {
  const config = { name: 'certdesk-issuing-ca', publicUrl: 'https://desk.example', passphrase: 'a passphrase of the bench' }
  const now = new Date()
  const ca = await createEmbeddedCa({ ...config, now })
  const issuer = await openEmbeddedIssuer(config.name, ca, ca.secrets, config)
  const chain = openChain(ca.chain)
  // The same modulus length and the same library; which key it is does not matter to the cost.
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const csrs = Array.from({ length: 8 }, () => {
    const key = newKey()
    return encodeCsr(SUBJECT, key.spki, key.privateKey)
  })

  const issueOne = (index: number): Uint8Array => {
    const csr = readCsr(csrs[index % csrs.length] as (typeof csrs)[number])
    const request: IssuanceRequest = {
      csr: csr.bytes,
      subject: csr.subject,
      spki: csr.spki,
      profile: PROFILE,
      email: 'asa.oberg@example.org',
      upn: null,
      now,
    }
    const prepared = issuer.prepareNow(request)
    if (prepared.status !== 'prepared') throw new Error(prepared.detail)
    const tbs = prepared.prepared.bytes
    const checked = checkCertificate(issuer.signNow(tbs), issuer.expectation(request, tbs), chain)
    if (!checked.ok) throw new Error(checked.detail)
    return tbs
  }
  const sample = issueOne(0)
  const signOne = (): void => void sign('sha256', sample, privateKey)

  time(WARM_UP, issueOne)
  time(WARM_UP, signOne)
  const issuing: number[] = []
  const signing: number[] = []
  for (let turn = 0; turn < TURNS; turn++) {
    issuing.push(time(PER_TURN, issueOne))
    signing.push(time(PER_TURN, signOne))
  }
  const [figure, denominator] = [median(issuing), median(signing)]
  const ratio = figure / denominator
  return {
    id: 'P4',
    title: `embedded CA: encode, sign, check (${kind} key)`,
    figure: `${figure.toFixed(0)} µs (best ${Math.min(...issuing).toFixed(0)})`,
    denominator: `crypto.sign of the same TBS, ${denominator.toFixed(0)} µs (best ${Math.min(...signing).toFixed(0)})`,
    ratio,
    target: `≤ ${MUST}× (stretch ${STRETCH}×)`,
    ok: ratio <= MUST,
  }
}
