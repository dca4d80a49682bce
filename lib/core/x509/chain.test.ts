import { describe, expect, it } from 'vitest'
import { extension } from '#e2e/builders/answer.ts'
import { type Bytes, bitString, nul, oid, seq } from '../asn1/der.ts'
import { OID } from '../asn1/oids.ts'
import { build, caExtensions, daysFromNow, issuingPlan, leafPlan, makeCa, makeKey, rootPlan } from './certificate-fixtures.ts'
import { ChainError, openChain } from './chain.ts'
import { basicConstraints, keyUsage } from './extensions.ts'
import { encodeName } from './name.ts'

const ca = makeCa()
const other = makeKey()
const plan = issuingPlan(ca.root, ca.issuing)

describe('openChain', () => {
  it('gives the window in which the whole chain is valid', () => {
    expect(ca.chain).toMatchObject({ notBefore: daysFromNow(-500), notAfter: daysFromNow(3000) })
    expect(openChain([ca.rootDer]).notAfter).toEqual(daysFromNow(9000))
  })

  it.each<[string, Bytes[]]>([
    ['nothing', []],
    ['the root missing its place', [ca.rootDer, ca.issuingDer]],
    ['a leaf as issuer', [build(leafPlan(ca, other)).der, ca.issuingDer, ca.rootDer]],
    ['an issuer signed by another key', [build({ ...plan, signer: other }).der, ca.rootDer]],
    ['an issuer of another name', [build({ ...plan, issuerName: encodeName([{ type: 'CN', value: 'X' }]) }).der, ca.rootDer]],
    [
      'an issuer that may not sign certificates',
      [build({ ...plan, extensions: [basicConstraints({ pathLength: 0 }), keyUsage(['cRLSign'])] }).der, ca.rootDer],
    ],
    [
      'a root whose path length is too short',
      [ca.issuingDer, build({ ...rootPlan(ca.root), extensions: caExtensions(ca.root, ca.root, 0) }).der],
    ],
    [
      'a key that cannot be read (found by mutation)',
      [build({ ...plan, spki: seq(seq(oid(OID.rsaEncryption), nul()), bitString(seq(nul()))) }).der, ca.rootDer],
    ],
    [
      'extensions that cannot be read (found by mutation)',
      [build({ ...plan, extensions: [extension(OID['id-ce-basicConstraints'], seq(nul(), nul(), nul()))] }).der, ca.rootDer],
    ],
    ['no certificate', [new Uint8Array([0x30, 0]), ca.rootDer]],
  ])('refuses %s', (_what, chain) => {
    expect(() => openChain(chain)).toThrow(ChainError)
  })
})
