/**
 * Structural mutations of DER. The tree reaches into OCTET STRINGs and BIT STRINGs that hold DER themselves (extensions, keys), and
 * each value can be written in a form that BER allows and DER does not.
 */
import { type Bytes, DerError, type DerNode, oid, readDer, TAG } from '#lib/core/asn1/der.ts'
import { OID } from '#lib/core/asn1/oids.ts'
import type { Choices } from './choices.ts'
import { type Change, mutateBytes } from './mutate-bytes.ts'

type LengthForm = 'long' | 'padded' | 'indefinite' | 'one more' | 'one less' | 'huge'
const LENGTH_FORMS: readonly LengthForm[] = ['long', 'padded', 'indefinite', 'one more', 'one less', 'huge']

export interface DerTree {
  tag: number
  /** Members, or the content of a primitive value; of a value that holds DER, what stands before it and the DER. */
  content: Buffer<ArrayBuffer> | DerTree[]
  /** Octets before the members: the count of unused bits of a BIT STRING that holds DER. */
  before?: Buffer<ArrayBuffer>
  length?: LengthForm
}

export function derTreeOf(bytes: Bytes): DerTree {
  return fromNode(readDer(bytes))
}

function fromNode(node: DerNode): DerTree {
  if ((node.tag & 0x20) !== 0) return { tag: node.tag, content: node.children.map(fromNode) }
  const value = Buffer.from(node.value)
  const skip = node.tag === TAG.bitString && value[0] === 0 ? 1 : node.tag === TAG.octetString ? 0 : null
  if (skip !== null && value.length > skip + 1 && value[skip] === TAG.sequence) {
    try {
      return { tag: node.tag, before: value.subarray(0, skip), content: [fromNode(readDer(value.subarray(skip)))] }
    } catch (error) {
      if (!(error instanceof DerError)) throw error
    }
  }
  return { tag: node.tag, content: value }
}

export function writeDer(tree: DerTree): Buffer<ArrayBuffer> {
  const body = Array.isArray(tree.content)
    ? Buffer.concat([tree.before ?? Buffer.alloc(0), ...tree.content.map(writeDer)])
    : tree.content
  return Buffer.concat([
    Uint8Array.of(tree.tag),
    lengthOctets(body.length, tree.length),
    body,
    ...(tree.length === 'indefinite' ? [Buffer.alloc(2)] : []),
  ])
}

function lengthOctets(length: number, form: LengthForm | undefined): Uint8Array {
  const octets = (value: number): number[] => (value < 0x100 ? [value] : [...octets(value >> 8), value & 0xff])
  const definite = (value: number): number[] => (value < 0x80 ? [value] : [0x80 | octets(value).length, ...octets(value)])
  switch (form) {
    case undefined:
      return Uint8Array.from(definite(length))
    case 'long':
      return Uint8Array.from([0x80 | octets(length).length, ...octets(length)])
    case 'padded':
      return Uint8Array.from([0x81 + octets(length).length, 0, ...octets(length)])
    case 'indefinite':
      return Uint8Array.of(0x80)
    case 'one more':
      return Uint8Array.from(definite(length + 1))
    case 'one less':
      return Uint8Array.from(definite(Math.max(0, length - 1)))
    case 'huge':
      return Uint8Array.of(0x84, 0xff, 0xff, 0xff, 0xff)
  }
}

interface Place {
  tree: DerTree
  siblings: DerTree[] | null
  at: number
}

function placesOf(root: DerTree): Place[] {
  const places: Place[] = [{ tree: root, siblings: null, at: 0 }]
  for (const { tree } of places)
    if (Array.isArray(tree.content)) {
      const siblings = tree.content
      siblings.forEach((child, at) => {
        places.push({ tree: child, siblings, at })
      })
    }
  return places
}

const primitive = (tag: number, ...octets: number[]): DerTree => ({ tag, content: Buffer.from(octets) })
const STRINGS = [
  TAG.utf8String,
  TAG.printableString,
  TAG.ia5String,
  TAG.t61String,
  TAG.bmpString,
  TAG.numericString,
  TAG.visibleString,
]
const TAGS = [
  ...Object.values(TAG),
  0x00,
  0x09,
  0x10,
  0x11,
  0x1f,
  0x24,
  0x2c,
  0x60,
  0x80,
  0x81,
  0x82,
  0xa0,
  0xa1,
  0xa3,
  0xc0,
  0xff,
]
const OIDS = Object.values(OID)

function nested(depth: number): DerTree {
  let tree: DerTree = primitive(TAG.null)
  for (let i = 0; i < depth; i++) tree = { tag: TAG.sequence, content: [tree] }
  return tree
}

const NEW_VALUES: ((places: readonly Place[], choices: Choices) => DerTree)[] = [
  () => primitive(TAG.null),
  () => primitive(TAG.integer, 0),
  () => primitive(TAG.boolean, 0xff),
  () => primitive(TAG.boolean, 0),
  () => ({ tag: TAG.sequence, content: [] }),
  (places, choices) => structuredCopy(choices.of(places).tree),
  (_places, choices) => nested(choices.of([2, 11, 12, 13, 40, 900])),
  (_places, choices) => ({
    tag: TAG.sequence,
    content: Array.from({ length: choices.of([10, 199, 1000]) }, () => primitive(TAG.null)),
  }),
  (_places, choices) => ({ tag: TAG.oid, content: contentOf(oid(choices.of(OIDS))) }),
]

const contentOf = (value: Uint8Array): Buffer<ArrayBuffer> => Buffer.from(readDer(Buffer.from(value)).value)

export const structuredCopy = (tree: DerTree): DerTree => ({
  ...tree,
  content: Array.isArray(tree.content) ? tree.content.map(structuredCopy) : tree.content,
})

type Operation = (place: Place, places: readonly Place[], choices: Choices) => void

/** Changes the content octets; of a value with members, their encoding. */
const inContent =
  (change: (content: Buffer<ArrayBuffer>, choices: Choices) => Uint8Array): Operation =>
  ({ tree }, _places, choices) => {
    const before = Array.isArray(tree.content)
      ? Buffer.concat([tree.before ?? Buffer.alloc(0), ...tree.content.map(writeDer)])
      : tree.content
    tree.content = Buffer.from(change(before, choices))
    delete tree.before
  }

const OPERATIONS: Record<string, Operation> = {
  'content changed': inContent((content, choices) => mutateBytes(content, choices).value),
  'content empty': inContent(() => Buffer.alloc(0)),
  'zero in front': inContent((content) => Buffer.concat([Uint8Array.of(0), content])),
  'FF in front': inContent((content) => Buffer.concat([Uint8Array.of(0xff), content])),
  'long content': inContent((content, choices) =>
    Buffer.concat([content, Buffer.alloc(choices.of([1, 100, 1000, 9000]), choices.octet())]),
  ),
  'other tag': ({ tree }, _places, choices) => {
    tree.tag = choices.onceIn(3) ? choices.octet() : choices.of(TAGS)
  },
  'other string type': ({ tree }, _places, choices) => {
    if (STRINGS.some((tag) => tag === tree.tag)) tree.tag = choices.of(STRINGS)
  },
  'constructed bit': ({ tree }) => {
    tree.tag ^= 0x20
  },
  'string in pieces': ({ tree }, _places, choices) => {
    if (Array.isArray(tree.content)) return
    const at = choices.below(tree.content.length)
    const pieces = [tree.content.subarray(0, at), tree.content.subarray(at)].map((content) => ({ tag: tree.tag, content }))
    Object.assign(tree, { tag: tree.tag | 0x20, content: pieces })
  },
  'length form': ({ tree }, _places, choices) => {
    tree.length = choices.of(LENGTH_FORMS)
  },
  removed: ({ siblings, at }) => void siblings?.splice(at, 1),
  twice: ({ tree, siblings, at }) => void siblings?.splice(at, 0, structuredCopy(tree)),
  'in another order': ({ siblings, at }, _places, choices) => {
    const [moved] = siblings?.splice(at, 1) ?? []
    if (moved !== undefined) siblings?.splice(choices.below(siblings.length + 1), 0, moved)
  },
  inserted: ({ tree, siblings, at }, places, choices) => {
    const value = choices.of(NEW_VALUES)(places, choices)
    if (Array.isArray(tree.content) && choices.onceIn(2)) tree.content.push(value)
    else siblings?.splice(at, 0, value)
  },
  replaced: ({ siblings, at }, places, choices) => {
    if (siblings !== null) siblings[at] = choices.of(NEW_VALUES)(places, choices)
  },
  wrapped: ({ tree, siblings, at }, _places, choices) => {
    if (siblings !== null) siblings[at] = { tag: choices.of([TAG.sequence, TAG.set, 0xa0, 0xa3]), content: [tree] }
  },
  unwrapped: ({ tree, siblings, at }) => {
    if (siblings !== null && Array.isArray(tree.content)) siblings.splice(at, 1, ...tree.content)
  },
  'other identifier': ({ tree }, _places, choices) => {
    if (tree.tag === TAG.oid) tree.content = contentOf(oid(choices.of(OIDS)))
  },
}

/** Changes within the tree alone: the tree given is left as it was. */
export function mutateTree(tree: DerTree, choices: Choices): Change<DerTree> {
  const root: DerTree = structuredCopy(tree)
  const how: string[] = []
  for (let left = choices.count(3); left > 0; left--) {
    const places = placesOf(root)
    const [name, operation] = choices.of(Object.entries(OPERATIONS))
    operation(choices.of(places), places, choices)
    how.push(name)
  }
  return { value: root, how: how.join(', ') }
}

/** Changes of structure, or sometimes of octets alone. */
export function mutateDer(tree: DerTree, choices: Choices): Change<Buffer<ArrayBuffer>> {
  if (choices.onceIn(8)) return mutateBytes(writeDer(tree), choices)
  const { value, how } = mutateTree(tree, choices)
  return { value: writeDer(value), how }
}
