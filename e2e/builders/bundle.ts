/** For tests: the bundle of a whole enrolment, made of the tests' own answers, with a CA and a signing key made for it. */
import { generateKeyPairSync, hash, sign } from 'node:crypto'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { auditText } from '#lib/core/audit-text.ts'
import { buildParts, signBundle } from '#lib/core/bundle/build.ts'
import type { AuditFacts, BundleContent } from '#lib/core/bundle/content.ts'
import { checkAnswer, recordInput } from '#lib/core/enrollment/checks/index.ts'
import { buildCertificateCommand, buildProvisionCommand } from '#lib/core/hermod/messages.ts'
import { build, leafPlan, makeCa, type TestCa } from '#lib/core/x509/certificate-fixtures.ts'
import { encodeCsr } from '#lib/core/x509/csr.ts'
import { serialToHex } from '#lib/core/x509/tbs.ts'
import { type AnswerOptions, type Bends, buildAnswer, NONCE, pairFor, SUBJECT, spkiOf } from './answer.ts'

export const ENROLLMENT_ID = '01a214e0-dc06-78dc-9f44-d17514d9f80e'
const AT = '2026-03-01T12:00:00.000Z'

export interface BundleKey {
  spki: Bytes
  sign: (input: Uint8Array) => Uint8Array
}

export function makeBundleKey(): BundleKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    spki: Buffer.from(publicKey.export({ type: 'spki', format: 'der' })),
    sign: (input) => sign('sha256', input, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  }
}

let ca: TestCa | undefined

/** A completed enrolment; with a bend that the checks refuse, a rejected one. */
export function makeContent(bends: Bends = {}, options: AnswerOptions = {}): BundleContent {
  const input = buildAnswer(bends, options)
  const { expectation } = input
  const { verdict, checks, failureCode, read } = checkAnswer(input)
  const passed = verdict === 'passed'
  const state = passed ? 'completed' : 'rejected'
  const dummies = expectation.keys.map(({ keyid, keyTypes }) => ({ keyid, csr: dummyOf(keyid, keyTypes[0] ?? '') }))
  const provision = buildProvisionCommand({
    externalId: expectation.externalId,
    timeoutS: 300,
    nonce: NONCE,
    userid: expectation.userid,
    attestationKeySet: 'ATTESTATION',
    servername: expectation.servername,
    profileName: expectation.profileName,
    keys: expectation.keys.map(({ keyid, usage }, index) => ({
      keyid,
      usage,
      kinds: [{ keytype: 'RSA', keylength: '2048', responsemechanism: 'RS256' }],
      dummyCsr: dummies[index]?.csr ?? Buffer.alloc(0),
    })),
  })
  const leaves = passed ? read.keys.map(({ keyid, spki }) => ({ keyid, ...makeLeaf(spki ?? Buffer.alloc(0)) })) : []
  const delivery = buildCertificateCommand({
    externalId: 'delivery-1',
    timeoutS: 300,
    userid: expectation.userid,
    profileRef: read.profileId ?? '',
    certificates: leaves,
  })
  const command = {
    state: 'answered',
    mid: null,
    createdAt: AT,
    expiresAt: AT,
    endedAt: AT,
    failureCode: null,
    replyBody: null,
    replyStatus: 200,
  }
  const stored = {
    commandId: '18093',
    externalId: 'delivery-1',
    commandType: 'CERT',
    state: 'COMPLETED',
    responseHeader: { status: 200 },
    certResponse: { code: 0 },
  }
  return {
    enrollment: {
      id: ENROLLMENT_ID,
      state,
      user: { userid: expectation.userid, name: 'Åsa Öberg' },
      profile: { name: expectation.profileName, title: 'Demo', version: 1, versionId: 'v' },
      startedByName: 'Hanna Helpdesk',
      createdAt: AT,
      stateChangedAt: AT,
      failureCode,
      failureDetail: null,
      callbacks: passed ? 2 : 1,
    },
    profile: { servername: expectation.servername },
    commands: [
      { ...command, name: 'provision-1', kind: 'provision', externalId: expectation.externalId, hermodCommandId: '18092', requestBody: JSON.stringify(provision), dummies },
      ...(passed ? [{ ...command, name: 'certificate-1', kind: 'certificate' as const, externalId: 'delivery-1', hermodCommandId: '18093', requestBody: JSON.stringify(delivery), dummies: [] }] : []),
    ],
    callbacks: [
      { path: 'provision', command: 'provision-1', state: 'processed', outcome: null, receivedAt: input.facts.receivedAt.toISOString(), repeats: 0, body: input.body, judged: true },
      ...(passed ? [{ path: 'certificate', command: 'certificate-1', state: 'processed', outcome: null, receivedAt: AT, repeats: 0, body: Buffer.from(JSON.stringify(stored)), judged: false }] : []),
    ],
    evidence: { verdict, judgedAt: AT, checks },
    judgedBy: { policyVersion: null, record: recordInput(input) },
    certificates: leaves.map(({ keyid, der, serialNumber, chain }) => ({
      keyid, serialNumber, status: 'issued', issuer: 'test-ca', notBefore: AT, notAfter: AT, issuedAt: AT, deliveredAt: AT, revokedAt: null, revocationReason: null, der, chain,
    })),
    audit: chainAudit(['enrollment.started', 'enrollment.answered', `enrollment.${state}`]),
  } // biome-ignore format: rows
}

function dummyOf(keyid: string, keyType: string): Bytes {
  const { publicKey, privateKey } = pairFor(keyType, `dummy ${keyid}`)
  return encodeCsr(SUBJECT, spkiOf(publicKey), privateKey)
}

function makeLeaf(spki: Bytes) {
  ca ??= makeCa()
  const plan = leafPlan(ca, { spki, privateKey: ca.issuing.privateKey })
  return { der: build(plan).der, serialNumber: serialToHex(Buffer.from(plan.serial)), chain: [ca.issuingDer, ca.rootDer] }
}

export function chainAudit(actions: readonly string[]): AuditFacts[] {
  let before = '00'.repeat(32)
  return actions.map((action, index) => {
    const row = {
      seq: String(index + 1),
      at: AT,
      actor_kind: 'system',
      actor_id: null,
      actor_name: 'worker',
      action,
      object_kind: 'enrollment',
      object_id: ENROLLMENT_ID,
      enrollment_id: ENROLLMENT_ID,
      detail: '{}',
    }
    const entry = {
      ...row,
      prevHash: before,
      hash: hash('sha256', Buffer.concat([Buffer.from(before, 'hex'), Buffer.from(auditText(row))]), 'hex'),
    }
    before = entry.hash
    return entry
  })
}

export const makeBundle = (
  content: BundleContent,
  key: BundleKey,
  about = { enrollmentId: ENROLLMENT_ID, madeAt: AT },
): Buffer<ArrayBuffer> => Buffer.from(signBundle(buildParts(content), about, key.spki, key.sign))

/** What the verifier calls the part in which each octet of a good bundle lies; "file" for what stands around the parts. */
export function partNames(file: Uint8Array): string[] {
  const names: string[] = []
  for (const line of Buffer.from(file)
    .toString('latin1')
    .split(/(?<=\n)/)) {
    const { 1: own = '', 2: name = '' } = /^(\{"name":"([^"]+)".*?\}),?\n$/.exec(line) ?? []
    const title = name.includes('.') ? `part ${name}` : name
    for (let i = 0; i < line.length; i++) names.push(i < own.length ? title : 'file')
  }
  return names
}
