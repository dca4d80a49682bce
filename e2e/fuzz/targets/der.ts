/** The strict DER reader: what it accepts is, taken to pieces and written again, the input; the outline for people shows the same places. */
import * as der from '#lib/core/asn1/der.ts'
import { type Asn1Node, type Asn1Outline, outlineDer } from '#lib/core/asn1/outline.ts'
import { formatName } from '#lib/core/x509/name.ts'
import { SUBJECT, spkiOf } from '../../builders/answer.ts'
import { vectorFile } from '../../builders/vendor-example.ts'
import { readCsrCases } from '../../corpora/mbedtls.ts'
import { certificateOriginals } from '../certificates.ts'
import { fixedRsa } from '../keys.ts'
import { type DerTree, derTreeOf, mutateDer } from '../mutate-der.ts'
import { refused, target, varies, wrong } from '../target.ts'

const published = JSON.parse(vectorFile('nexus-example/certificate-command.json').toString('utf8')).certCommand.certificates[0]
  .data
const ORIGINALS: Record<string, DerTree> = Object.fromEntries(
  Object.entries<Buffer<ArrayBuffer>>({
    name: SUBJECT,
    key: spkiOf(fixedRsa('phone signer').publicKey),
    request: Buffer.from(readCsrCases()[0]?.derHex ?? '', 'hex'),
    'published certificate': Buffer.from(published, 'base64'),
    ...Object.fromEntries(Object.entries(certificateOriginals()).map(([name, { bytes }]) => [name, bytes])),
  }).map(([name, bytes]) => [name, derTreeOf(bytes)]),
)

const LIMITS: der.DerLimits = { maxBytes: 16_384, maxNodes: 1000, maxDepth: 16, legacyStrings: true }

type Reading = { node: der.DerNode; shown: string; outline: Asn1Outline } | { code: string }

/** What the outline holds at most. */
const OUTLINED = 600
const countOf = (node: der.DerNode): number => node.children.reduce((sum, child) => sum + countOf(child), 1)

const isSamePlace = (node: der.DerNode, shown: Asn1Node | undefined): boolean =>
  shown !== undefined &&
  [node.tag, node.start, node.valueStart, node.end].join() === [shown.tag, shown.start, shown.valueStart, shown.end].join() &&
  node.children.every((child, i) => isSamePlace(child, shown.children[i]))

/** Values decoded and encoded by type, as far as a type has a value of its own. */
function encodeAgain(node: der.DerNode): Uint8Array {
  if ((node.tag & 0x20) !== 0) {
    const members = node.children.map(encodeAgain)
    return node.tag === der.TAG.set ? der.setOf(...members) : der.tlv(node.tag, ...members)
  }
  switch (node.tag) {
    case der.TAG.boolean:
      return der.boolean(der.readBoolean(node, ''))
    case der.TAG.integer:
      return der.integer(der.readInteger(node, ''))
    case der.TAG.oid:
      return der.oid(der.readOid(node, ''))
    case der.TAG.null:
      return der.nul()
    case der.TAG.utf8String:
      return der.utf8String(der.readText(node) ?? '')
    case der.TAG.utcTime:
      return der.utcTime(der.readTime(node, ''))
    case der.TAG.generalizedTime:
      return der.generalizedTime(der.readTime(node, ''))
    case der.TAG.bitString: {
      const { unusedBits, bytes } = der.readBitString(node, '')
      return der.bitString(bytes, unusedBits)
    }
    default:
      return der.tlv(node.tag, node.value)
  }
}

const CONTROLS = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u

export default target<Reading>({
  name: 'der',
  what: 'strict DER, and names shown as text',
  share: 11,
  mutate: (choices) => {
    const original = choices.of(Object.keys(ORIGINALS))
    const { value, how } = mutateDer(ORIGINALS[original] as DerTree, choices)
    return { bytes: value, original, signedBy: null, how }
  },
  read: ({ bytes }) => {
    // Of what is refused too: that is what it is for.
    const outline = outlineDer(bytes)
    try {
      return { node: der.readDer(bytes, LIMITS), shown: formatName(bytes), outline }
    } catch (error) {
      if (error instanceof der.DerError) return { code: error.code }
      throw error
    }
  },
  judge: ({ bytes }, reading) => {
    if ('code' in reading) return refused(reading.code)
    if (CONTROLS.test(reading.shown)) return wrong('a name is shown with invisible characters')
    const { root, problem } = reading.outline
    if (countOf(reading.node) <= OUTLINED && (problem !== null || root === null || !isSamePlace(reading.node, root)))
      return wrong(`the outline shows other places: ${problem}`)
    return Buffer.from(encodeAgain(reading.node)).equals(bytes)
      ? varies('written again it is the input')
      : wrong('written again it is another value')
  },
})
