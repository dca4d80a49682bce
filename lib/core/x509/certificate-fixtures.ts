/** For tests: a small CA and a leaf of it, each part of which can be made wrong. */
import { type KeyObject, sign } from 'node:crypto'
import type { Bytes } from '../asn1/der.ts'
import type { CertificateExpectation } from './certificate-check.ts'
import { type Chain, openChain } from './chain.ts'
import {
  authorityKeyIdentifier,
  basicConstraints,
  type CertificateProfile,
  extendedKeyUsage,
  keyIdentifier,
  keyUsage,
  subjectAltName,
  subjectKeyIdentifier,
} from './extensions.ts'
import { encodeName } from './name.ts'
import { newRsaPair } from './rsa-fixtures.ts'
import { assembleSigned, encodeTbs, makeSerial, makeTbsTemplate, SHA256_WITH_RSA } from './tbs.ts'

export const NOW = new Date('2026-11-24T10:00:00Z')
export const DAY_MS = 86_400_000
export const daysFromNow = (days: number): Date => new Date(NOW.getTime() + days * DAY_MS)

export interface TestKey {
  privateKey: KeyObject
  spki: Bytes
}

export function makeKey(modulusLength = 2048): TestKey {
  const { publicKey, privateKey } = newRsaPair(modulusLength)
  return { privateKey, spki: publicKey.export({ format: 'der', type: 'spki' }) as Bytes }
}

export const ROOT_NAME = encodeName([
  { type: 'O', value: 'Test' },
  { type: 'CN', value: 'Test Root' },
])
export const ISSUING_NAME = encodeName([
  { type: 'O', value: 'Test' },
  { type: 'CN', value: 'Test Issuing' },
])
export const LEAF_NAME = encodeName([
  { type: 'C', value: 'SE' },
  { type: 'CN', value: 'Åsa Öberg' },
  { type: 'emailAddress', value: 'asa@example.org' },
])

export const PROFILE: CertificateProfile = {
  validityDays: 365,
  keyUsage: ['digitalSignature', 'nonRepudiation'],
  extendedKeyUsage: ['clientAuth', 'emailProtection'],
  subjectAltNameEmail: true,
  subjectAltNameUpn: null,
  policies: [],
}

export interface Plan {
  issuerName: Bytes
  signer: TestKey
  subject: Bytes
  spki: Bytes
  notBefore: Date
  notAfter: Date
  serial: Uint8Array
  extensions: Uint8Array[]
}

export function build(plan: Plan): { der: Bytes; tbs: Bytes } {
  const tbs = encodeTbs(makeTbsTemplate(plan.issuerName, []), plan)
  return { tbs, der: assembleSigned(tbs, SHA256_WITH_RSA, sign('sha256', tbs, plan.signer.privateKey)) }
}

const SERIAL = makeSerial(Buffer.alloc(16, 7))

export interface TestCa {
  root: TestKey
  issuing: TestKey
  rootDer: Bytes
  issuingDer: Bytes
  chain: Chain
}

export const caExtensions = (key: TestKey, signer: TestKey, pathLength: number | null): Uint8Array[] => [
  basicConstraints({ pathLength }),
  keyUsage(['keyCertSign', 'cRLSign']),
  subjectKeyIdentifier(keyIdentifier(key.spki)),
  authorityKeyIdentifier(keyIdentifier(signer.spki)),
]

export const rootPlan = (root: TestKey): Plan => ({
  issuerName: ROOT_NAME,
  signer: root,
  subject: ROOT_NAME,
  spki: root.spki,
  notBefore: daysFromNow(-1000),
  notAfter: daysFromNow(9000),
  serial: SERIAL,
  extensions: caExtensions(root, root, null),
})

export const issuingPlan = (root: TestKey, issuing: TestKey): Plan => ({
  ...rootPlan(root),
  subject: ISSUING_NAME,
  spki: issuing.spki,
  notBefore: daysFromNow(-500),
  notAfter: daysFromNow(3000),
  extensions: caExtensions(issuing, root, 0),
})

export function makeCa(): TestCa {
  const root = makeKey()
  const issuing = makeKey()
  const rootDer = build(rootPlan(root)).der
  const issuingDer = build(issuingPlan(root, issuing)).der
  return { root, issuing, rootDer, issuingDer, chain: openChain([issuingDer, rootDer]) }
}

export const leafExtensions = (spki: Bytes, issuing: TestKey): Uint8Array[] => [
  basicConstraints(null),
  keyUsage(PROFILE.keyUsage),
  extendedKeyUsage(PROFILE.extendedKeyUsage),
  subjectKeyIdentifier(keyIdentifier(spki)),
  authorityKeyIdentifier(keyIdentifier(issuing.spki)),
  subjectAltName({ email: 'asa@example.org', upn: null }),
]

export const leafPlan = (ca: TestCa, leaf: TestKey): Plan => ({
  issuerName: ISSUING_NAME,
  signer: ca.issuing,
  subject: LEAF_NAME,
  spki: leaf.spki,
  notBefore: new Date(NOW.getTime() - 300_000),
  notAfter: daysFromNow(365),
  serial: SERIAL,
  extensions: leafExtensions(leaf.spki, ca.issuing),
})

export const expectLeaf = (leaf: TestKey): CertificateExpectation => ({
  subject: LEAF_NAME,
  spki: leaf.spki,
  profile: PROFILE,
  email: 'asa@example.org',
  upn: null,
  tbs: null,
  now: NOW,
})
