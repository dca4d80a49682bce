/** Certificates and a CRL of a small CA with the keys of the run, as originals for mutants. */
import { sign } from 'node:crypto'
import type { Bytes } from '#lib/core/asn1/der.ts'
import type { CertificateExpectation } from '#lib/core/x509/certificate-check.ts'
import {
  build,
  daysFromNow,
  expectLeaf,
  ISSUING_NAME,
  issuingPlan,
  leafPlan,
  NOW,
  rootPlan,
  type TestCa,
  type TestKey,
} from '#lib/core/x509/certificate-fixtures.ts'
import { type Chain, openChain } from '#lib/core/x509/chain.ts'
import { encodeEntries, encodeTbsCertList } from '#lib/core/x509/crl.ts'
import { CRL_REASONS, type CrlReason } from '#lib/core/x509/crl-reasons.ts'
import { keyIdentifier } from '#lib/core/x509/extensions.ts'
import { assembleSigned, SHA256_WITH_RSA } from '#lib/core/x509/tbs.ts'
import { type KeyPair, spkiOf } from '../builders/answer.ts'
import { fixedEc, fixedRsa, quickRsa } from './keys.ts'

const testKey = ({ privateKey, publicKey }: KeyPair): TestKey => ({ privateKey, spki: spkiOf(publicKey) })

interface TestPki extends TestCa {
  chain: Chain
  leaf: TestKey
  expectation: CertificateExpectation
}

let pki: TestPki | undefined

/** The issuing key is short: see quickRsa. */
export function testPki(): TestPki {
  if (pki !== undefined) return pki
  const [root, issuing, leaf] = [testKey(fixedRsa('root')), testKey(quickRsa()), testKey(fixedEc('leaf'))]
  const rootDer = build(rootPlan(root)).der
  const issuingDer = build(issuingPlan(root, issuing)).der
  pki = { root, issuing, rootDer, issuingDer, chain: openChain([issuingDer, rootDer]), leaf, expectation: expectLeaf(leaf) }
  return pki
}

/** SIGNED{…} under the issuing key. */
export const signAsCa = (tbs: Uint8Array): Buffer<ArrayBuffer> =>
  assembleSigned(tbs, SHA256_WITH_RSA, sign('sha256', tbs, testPki().issuing.privateKey))

export function certificateOriginals(): Record<string, { bytes: Buffer<ArrayBuffer>; tbs: Bytes }> {
  const ca = testPki()
  const leaf = build(leafPlan(ca, ca.leaf))
  const crlTbs = encodeTbsCertList({
    issuer: ISSUING_NAME,
    keyIdentifier: keyIdentifier(ca.issuing.spki),
    number: 7,
    thisUpdate: NOW,
    nextUpdate: daysFromNow(7),
    entries: encodeEntries(
      (Object.keys(CRL_REASONS) as CrlReason[]).map((reason, index) => ({
        serialNumber: `4${index}00ff`,
        revokedAt: daysFromNow(-index),
        reason,
      })),
    ),
  })
  return {
    certificate: { bytes: Buffer.from(leaf.der), tbs: leaf.tbs },
    crl: { bytes: signAsCa(crlTbs), tbs: crlTbs },
  }
}
