/**
 * JSON text as a tree that shows where every value stands: for looking at a message, never for judging it (that is json.ts).
 *
 * Made for messages that are wrong: a member that stands twice is there twice, and of a text that breaks off the tree holds what comes
 * before the break. Bounded in depth and number of values; never throws. Runs in the browser.
 */

export interface JsonNode {
  type: 'object' | 'array' | 'string' | 'literal'
  /** Of a member of an object; null in a list and at the top. */
  name: string | null
  /** "provResponse.result.data", "signedkeys[0]"; "" at the top. */
  path: string
  /** Place in the text, in UTF-16 units: the value alone, without its name. */
  start: number
  end: number
  /** A string's characters, a literal as written; null for objects and lists. */
  value: string | null
  children: JsonNode[]
}

export interface JsonOutline {
  root: JsonNode | null
  /** Why the reading ended early; null if the whole text is one JSON value. */
  problem: string | null
}

const MAX_DEPTH = 32
const MAX_NODES = 3_000
const LITERAL = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)/y
const STRING = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"/y

class Broken extends Error {}

export function outlineJson(text: string): JsonOutline {
  const reader = new Outliner(text)
  try {
    reader.value(null, '', null, 0)
    reader.end()
    return { root: reader.root, problem: null }
  } catch (error) {
    if (!(error instanceof Broken)) throw error
    return { root: reader.root, problem: error.message }
  }
}

class Outliner {
  root: JsonNode | null = null
  readonly #text: string
  #at = 0
  #nodes = 0

  constructor(text: string) {
    this.#text = text
  }

  value(parent: JsonNode | null, path: string, name: string | null, depth: number): void {
    this.#space()
    this.#nodes++
    if (this.#nodes > MAX_NODES) throw new Broken(`more than ${MAX_NODES} values`)
    if (depth > MAX_DEPTH) throw new Broken(`nested deeper than ${MAX_DEPTH} levels`)
    const node: JsonNode = { type: 'literal', name, path, start: this.#at, end: this.#at, value: null, children: [] }
    const first = this.#text[this.#at]
    if (first === '"') {
      node.value = this.#string()
      node.type = 'string'
    } else if (first === '{' || first === '[') node.type = first === '{' ? 'object' : 'array'
    else node.value = this.#match(LITERAL, 'no value')
    // Hung in before its members are read, so that it is there if they break off.
    if (parent === null) this.root = node
    else parent.children.push(node)
    if (node.type === 'object') this.#members(node, '}', depth)
    else if (node.type === 'array') this.#members(node, ']', depth)
    node.end = this.#at
  }

  end(): void {
    this.#space()
    if (this.#at < this.#text.length) throw new Broken(`more text after the end, at character ${this.#at + 1}`)
  }

  #members(node: JsonNode, close: string, depth: number): void {
    node.end = this.#text.length
    this.#at++
    for (let index = 0; ; index++) {
      this.#space()
      if (this.#text[this.#at] === close) break
      if (index > 0) {
        this.#expect(',')
        this.#space()
      }
      if (close === ']') this.value(node, `${node.path}[${index}]`, null, depth + 1)
      else {
        const name = this.#string()
        this.#space()
        this.#expect(':')
        this.value(node, node.path === '' ? name : `${node.path}.${name}`, name, depth + 1)
      }
    }
    this.#at++
  }

  #string(): string {
    const source = this.#match(STRING, 'no whole string')
    try {
      return JSON.parse(source) as string
    } catch {
      // An escape or a character that JSON does not have: shown as it is written.
      return source.slice(1, -1)
    }
  }

  #match(pattern: RegExp, what: string): string {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (!found) throw new Broken(`${what} at character ${this.#at + 1}`)
    this.#at += found.length
    return found
  }

  #expect(character: string): void {
    if (this.#text[this.#at] !== character) throw new Broken(`no “${character}” at character ${this.#at + 1}`)
    this.#at++
  }

  #space(): void {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? 'x')) this.#at++
  }
}
