/** PKCS#10 on its own: nothing the phone did not sign is accepted, and @peculiar/x509 reads the same in what both read. */
import { sign } from 'node:crypto'
import * as der from '#lib/core/asn1/der.ts'
import { bitString, context, DerError } from '#lib/core/asn1/der.ts'
import { OID } from '#lib/core/asn1/oids.ts'
import { type Csr, encodeCsr, findSignatureAlgorithm, readCsr, verifyCsr } from '#lib/core/x509/csr.ts'
import { findKeyWeakness } from '#lib/core/x509/key-hygiene.ts'
import { publicKeyOf, readSpki } from '#lib/core/x509/spki.ts'
import { buildCsr, extension, extensionRequest, SUBJECT, spkiOf } from '../../builders/answer.ts'
import { vendorExample } from '../../builders/vendor-example.ts'
import { judgeCsr } from '../../corpora/mbedtls.ts'
import { compareCsr, differenceOf } from '../../corpora/other-readers.ts'
import { fixedEc } from '../keys.ts'
import { type DerTree, derTreeOf, mutateDer, mutateTree, writeDer } from '../mutate-der.ts'
import { refused, same, target, unless, varies, wrong } from '../target.ts'

const phone = fixedEc('signer')

/** The request inside the published answer. */
function publishedRequest(): Buffer<ArrayBuffer> {
  const decode = (text: string) => JSON.parse(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString('utf8'))
  const body = JSON.parse(Buffer.from(vendorExample().body).toString('utf8'))
  return Buffer.from(decode(decode(body.provResponse.result.data).profile.signedkeys[0]).certreq, 'base64')
}

const REQUESTS: Record<string, Buffer<ArrayBuffer>> = {
  plain: encodeCsr(SUBJECT, spkiOf(phone.publicKey), phone.privateKey),
  'asks for extensions': buildCsr({
    version: der.integer(0),
    subject: SUBJECT,
    spki: spkiOf(phone.publicKey),
    attributes: context(
      0,
      extensionRequest(
        extension(OID['id-ce-basicConstraints'], der.seq(der.boolean(true)), true),
        extension(OID['id-ce-keyUsage'], der.namedBits([5])),
      ),
    ),
    algorithm: der.seq(der.oid(OID['ecdsa-with-SHA256'])),
    signer: phone.privateKey,
    hash: 'sha256',
  }),
  published: publishedRequest(),
}
const ORIGINALS = Object.fromEntries(
  Object.entries(REQUESTS).map(([name, bytes]) => [name, { tree: derTreeOf(bytes), csr: readCsr(bytes) }]),
)

interface Reading {
  code: string
  csr: Csr | null
}

function readable(bytes: Buffer<ArrayBuffer>): Csr | null {
  try {
    return readCsr(bytes)
  } catch (error) {
    if (error instanceof DerError) return null
    throw error
  }
}

/** Under a key and algorithm that we allow. */
function isSigned(csr: Csr): boolean {
  const algorithm = findSignatureAlgorithm(csr)
  try {
    const key = readSpki(csr.spki)
    return algorithm?.kty === key.kty && findKeyWeakness(key) === null && verifyCsr(csr, algorithm, publicKeyOf(csr.spki))
  } catch (error) {
    if (error instanceof DerError) return false
    throw error
  }
}

export default target<Reading>({
  name: 'csr',
  what: 'PKCS#10 with its own signature',
  share: 7,
  mutate: (choices) => {
    const original = choices.of(Object.keys(REQUESTS))
    const { tree } = ORIGINALS[original] as { tree: DerTree }
    if (original === 'published' || choices.onceIn(3)) {
      const { value, how } = mutateDer(tree, choices)
      return { bytes: value, original, signedBy: null, how }
    }
    const [info, algorithm] = tree.content as DerTree[]
    const { value, how } = mutateTree(info as DerTree, choices)
    const signature = derTreeOf(bitString(sign('sha256', writeDer(value), phone.privateKey)))
    return { bytes: writeDer({ ...tree, content: [value, algorithm as DerTree, signature] }), original, signedBy: 'phone', how }
  },
  read: ({ bytes }) => ({ code: judgeCsr(bytes), csr: readable(bytes) }),
  judge: (mutant, { code, csr }) => {
    if (code !== 'accepted' || csr === null) return refused(code)
    const original = (ORIGINALS[mutant.original] as { csr: Csr }).csr
    if (!csr.bytes.every((octet, i) => octet === mutant.bytes[i]) || csr.bytes.length !== mutant.bytes.length)
      return wrong('other bytes were read than came')
    if (Buffer.compare(csr.info, original.info) === 0) return same
    // The subject is compared by the check after this one (C23); the key by C21.
    return unless(
      mutant.signedBy === null ? 'accepted and never signed' : null,
      varies('signed again by the phone, another subject'),
    )
  },
  agree: async ({ bytes }, { csr }) => (csr === null ? null : differenceOf(await compareCsr(bytes, csr, isSigned(csr)))),
})
