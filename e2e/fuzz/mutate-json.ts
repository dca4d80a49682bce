/**
 * Structural mutations of JSON. The tree keeps what JavaScript objects cannot: members that stand twice, their order, and numbers and
 * strings as they are spelt; so it can also be written in other ways that mean the same.
 */
import type { Choices } from './choices.ts'
import { type Change, mutateBytes } from './mutate-bytes.ts'

export type JsonTree =
  | { kind: 'object'; members: { name: string; value: JsonTree }[] }
  | { kind: 'array'; items: JsonTree[] }
  /** A literal, as written. */
  | { kind: 'literal'; text: string }

const literal = (text: string): JsonTree => ({ kind: 'literal', text })
const quoted = (text: string): JsonTree => literal(JSON.stringify(text))

export function treeOf(value: unknown): JsonTree {
  if (Array.isArray(value)) return { kind: 'array', items: value.map(treeOf) }
  if (typeof value !== 'object' || value === null) return literal(JSON.stringify(value))
  return {
    kind: 'object',
    members: Object.entries(value).map(([name, member]) => ({ name: JSON.stringify(name), value: treeOf(member) })),
  }
}

export function writeTree(tree: JsonTree, space = ''): string {
  if (tree.kind === 'literal') return tree.text
  if (tree.kind === 'array')
    return `[${space}${tree.items.map((item) => writeTree(item, space)).join(`${space},${space}`)}${space}]`
  const members = tree.members.map(({ name, value }) => `${name}${space}:${space}${writeTree(value, space)}`)
  return `{${space}${members.join(`${space},${space}`)}${space}}`
}

/** A place in the tree where a value stands. */
interface Slot {
  get: () => JsonTree
  set: (tree: JsonTree) => void
  /** The container and its place there; null for the root. */
  within: { tree: Exclude<JsonTree, { kind: 'literal' }>; at: number } | null
}

function slotsOf(root: { tree: JsonTree }): Slot[] {
  const slots: Slot[] = [{ get: () => root.tree, set: (tree) => Object.assign(root, { tree }), within: null }]
  for (let i = 0; i < slots.length; i++) {
    const tree = (slots[i] as Slot).get()
    if (tree.kind === 'object')
      tree.members.forEach((member, at) => {
        slots.push({ get: () => member.value, set: (value) => Object.assign(member, { value }), within: { tree, at } })
      })
    if (tree.kind === 'array')
      tree.items.forEach((item, at) => {
        slots.push({
          get: () => tree.items[at] ?? item,
          set: (value) => void tree.items.splice(at, 1, value),
          within: { tree, at },
        })
      })
  }
  return slots
}

const LITERALS = [
  ...['null', 'true', 'false', '0', '1', '-1', '-0', '0.0', '1e0', '200', '9007199254740993', '1E400', '00', '.5', '+1', 'NaN'],
  ...[
    '""',
    '"0"',
    '"200"',
    '"null"',
    '" "',
    '"\\u0000"',
    '"\\ud800"',
    '"\\u202e"',
    '"x"',
    '[]',
    '{}',
    '[[]]',
    '{"":0}',
    '"__proto__"',
  ],
]
const NAMES = [
  '__proto__',
  'constructor',
  'toString',
  '',
  'alg',
  'crit',
  'b64',
  'jku',
  'x5u',
  'kid',
  'd',
  'p',
  'nonce',
  'code',
  'state',
]

/** Other texts for a text. Some mean the same to a reader of JSON, some look the same to people, some are neither. */
const TEXT_CHANGES: ((text: string, choices: Choices) => string)[] = [
  (text) => text.toUpperCase(),
  (text) => text.toLowerCase(),
  (text) => text.normalize('NFD'),
  (text) => text.normalize('NFKC'),
  (text) => `${text} `,
  (text) => ` ${text}`,
  (text) => `${text}.`,
  (text) => `${text}\u200b`,
  (text) => `${text}\u202e`,
  (text) => text.replace('a', 'а'),
  (text) => text.slice(0, -1),
  (text) => text.slice(1),
  (text) => text + text,
  (text, choices) => text.repeat(choices.of([1, 40, 400])).slice(0, 40_000),
  (text) => `../${text}`,
  (text) => `http://169.254.169.254/${text}`,
  (text, choices) =>
    [...text].map((c, i, all) => (i === choices.below(all.length) ? String.fromCharCode(choices.below(0x250)) : c)).join(''),
]

const escapeAll = (text: string): string =>
  `"${Array.from(text, (c) => [...c].flatMap((one) => Array.from({ length: one.length }, (_, i) => `\\u${one.charCodeAt(i).toString(16).padStart(4, '0')}`)).join('')).join('')}"`

const textOf = (tree: JsonTree): string | null =>
  tree.kind === 'literal' && tree.text.startsWith('"') && !tree.text.includes('\\u0000') ? safeParse(tree.text) : null

function safeParse(text: string): string | null {
  try {
    return String(JSON.parse(text))
  } catch {
    return null
  }
}

type Operation = (slot: Slot, slots: readonly Slot[], choices: Choices) => void

/** Changes members of a slot's object (or of the object it stands in). */
const inObject = (
  change: (members: { name: string; value: JsonTree }[], at: number, choices: Choices, slots: readonly Slot[]) => void,
): Operation => {
  return (slot, slots, choices) => {
    const own = slot.get()
    if (own.kind === 'object' && own.members.length > 0) change(own.members, choices.below(own.members.length), choices, slots)
    else if (slot.within?.tree.kind === 'object') change(slot.within.tree.members, slot.within.at, choices, slots)
  }
}

const OPERATIONS: Record<string, Operation> = {
  'written in other letters': (slot) => {
    const text = textOf(slot.get())
    if (text !== null) slot.set(literal(escapeAll(text)))
  },
  'member twice': inObject((members, at) => void members.push({ ...(members[at] as { name: string; value: JsonTree }) })),
  'member twice, other value': inObject((members, at, choices) => {
    const { name } = members[at] as { name: string }
    members.splice(choices.onceIn(2) ? at : members.length, 0, { name, value: literal(choices.of(LITERALS)) })
  }),
  'member twice, one escaped': inObject((members, at, choices) => {
    const { name, value } = members[at] as { name: string; value: JsonTree }
    members.push({ name: escapeAll(safeParse(name) ?? ''), value: choices.onceIn(2) ? value : literal(choices.of(LITERALS)) })
  }),
  'member removed': inObject((members, at) => void members.splice(at, 1)),
  'member renamed': inObject((members, at, choices) => {
    const member = members[at] as { name: string }
    const name = safeParse(member.name) ?? ''
    member.name = JSON.stringify(choices.onceIn(3) ? choices.of(NAMES) : choices.of(TEXT_CHANGES)(name, choices))
  }),
  'member name escaped': inObject((members, at) => {
    const member = members[at] as { name: string }
    member.name = escapeAll(safeParse(member.name) ?? '')
  }),
  'members in another order': inObject((members, at) => void members.unshift(...members.splice(at, 1))),
  'unknown member': inObject((members, _at, choices, slots) => {
    const value = choices.onceIn(3) ? choices.of(slots).get() : literal(choices.of(LITERALS))
    members.push({ name: JSON.stringify(choices.onceIn(2) ? choices.of(NAMES) : 'unknown'), value: copyOf(value) })
  }),
  'other type': (slot, _slots, choices) => slot.set(literal(choices.of(LITERALS))),
  'number and text exchanged': (slot) => {
    const tree = slot.get()
    const text = textOf(tree)
    if (text !== null) slot.set(literal(/^\d+$/.test(text) ? text : '0'))
    else if (tree.kind === 'literal') slot.set(quoted(tree.text))
  },
  'text changed': (slot, _slots, choices) => {
    const text = textOf(slot.get())
    if (text !== null) slot.set(quoted(choices.of(TEXT_CHANGES)(text, choices)))
  },
  wrapped: (slot, _slots, choices) => {
    for (let depth = choices.onceIn(3) ? choices.below(40) : 1; depth > 0; depth--)
      slot.set(
        choices.onceIn(2)
          ? { kind: 'array', items: [slot.get()] }
          : { kind: 'object', members: [{ name: '"a"', value: slot.get() }] },
      )
  },
  'value of another place': (slot, slots, choices) => slot.set(copyOf(choices.of(slots).get())),
  'values exchanged': (slot, slots, choices) => {
    const other = choices.of(slots)
    const [a, b] = [copyOf(slot.get()), copyOf(other.get())]
    slot.set(b)
    other.set(a)
  },
  'item twice': ({ within }) => {
    if (within?.tree.kind === 'array') within.tree.items.push(...within.tree.items.slice(within.at, within.at + 1).map(copyOf))
  },
  'item removed': ({ within }) => {
    if (within?.tree.kind === 'array') within.tree.items.splice(within.at, 1)
  },
  'many members': (slot, _slots, choices) => {
    const value = literal(choices.of(LITERALS))
    const count = choices.of([9, 100, 1600, 3000])
    slot.set({ kind: 'object', members: Array.from({ length: count }, (_, i) => ({ name: `"m${i}"`, value })) })
  },
}

const copyOf = (tree: JsonTree): JsonTree => structuredClone(tree)

const ENDINGS: ((text: string, choices: Choices) => string)[] = [
  (text) => `\ufeff${text}`,
  (text) => `${text},`,
  (text) => `${text}\0`,
  (text) => text + text,
  (text) => `/**/${text}`,
  (text) => text.replace(/\}([^}]*)$/, ',}$1'),
  (text, choices) => text.replace(choices.of([/"/, /:/, /,/]), choices.of(["'", '=', ';', ''])),
]

/** One to four changes of structure, sometimes of the text or its octets after it. */
export function mutateJson(value: unknown, choices: Choices): Change<Buffer<ArrayBuffer>> {
  const root = { tree: treeOf(value) }
  const how: string[] = []
  for (let left = choices.count(4); left > 0; left--) {
    const slots = slotsOf(root)
    if (slots.length > 4000) break
    const [name, operation] = choices.of(Object.entries(OPERATIONS))
    operation(choices.of(slots), slots, choices)
    how.push(name)
  }
  const space = choices.onceIn(4) ? choices.of([' ', '\n', '\t', '\r\n ']) : ''
  let text = writeTree(root.tree, space)
  if (choices.onceIn(16)) {
    text = choices.of(ENDINGS)(text, choices)
    how.push('broken text')
  }
  const bytes = Buffer.from(text, 'utf8')
  if (!choices.onceIn(16)) return { value: bytes, how: how.join(', ') }
  const broken = mutateBytes(bytes, choices)
  return { value: broken.value, how: [...how, broken.how].join(', ') }
}
