import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { vectorFile } from '#e2e/builders/vendor-example.ts'
import { boolean, oid, seq } from './der.ts'
import { type DerNode, readDer } from './der-reader.ts'
import { OID } from './oids.ts'
import { type Asn1Node, openBitString, outlineDer } from './outline.ts'

const dummy = Buffer.from(
  JSON.parse(vectorFile('nexus-example/provision-command.json').toString('utf8')).provCommand.profile.keygenrequests[0].certreq,
  'base64',
)
type Place = [tag: number, start: number, valueStart: number, end: number]
const places = (node: DerNode | Asn1Node): Place[] => [
  [node.tag, node.start, node.valueStart, node.end],
  ...node.children.flatMap(places),
]

describe('DER as a tree with places', () => {
  it('of a strict request it says what the strict reader says', () => {
    const { root, problem } = outlineDer(dummy)
    expect(problem).toBeNull()
    expect(root && places(root)).toEqual(places(readDer(dummy)))
  })

  it('names object identifiers and reads strings and numbers', () => {
    const { root } = outlineDer(seq(oid(OID['id-at-commonName']), boolean(true)))
    expect(root?.children.map((child) => child.text)).toEqual(['id-at-commonName (2.5.4.3)', 'TRUE'])
  })

  it('opens the key inside a BIT STRING', () => {
    const { root } = outlineDer(dummy)
    const key = root?.children[0]?.children[2]?.children[1]
    expect(key && openBitString(dummy, key)?.children.map((child) => child.type)).toEqual(['INTEGER', 'INTEGER'])
  })

  it('keeps what comes before a break, and says where that is', () => {
    const cut = outlineDer(dummy.subarray(0, 100))
    expect(cut.problem).toBe('the value at octet 0 ends after what holds it')
    expect(cut.root?.children[0]?.children.length).toBeGreaterThan(0)
    expect(outlineDer(Buffer.concat([dummy, Buffer.of(0)])).problem).toBe(`1 bytes after the end, from octet ${dummy.length}`)
  })

  it('never throws, and ends, whatever the octets', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (octets) => void outlineDer(octets)))
    fc.assert(
      fc.property(fc.nat(dummy.length - 1), fc.nat(255), (at, octet) => {
        const bent = Uint8Array.from(dummy)
        bent[at] = octet
        outlineDer(bent)
      }),
    )
    expect(outlineDer(Buffer.alloc(4000, Buffer.of(0x05, 0x00))).problem).toContain('after the end')
    expect(outlineDer(Buffer.concat([Buffer.of(0x30, 0x82, 0x0f, 0xa0), Buffer.alloc(4000, Buffer.of(5, 0))])).problem).toBe(
      'more than 600 values',
    )
  })
})
