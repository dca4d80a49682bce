/**
 * A list of extensions as certificates (RFC 5280 §4.2) and OCSP messages (RFC 6960 §4.4) carry them: kept by OID with their raw values, an
 * OID standing twice refused. Reading the values is the caller's business, and so is what to do about critical ones.
 */
import { type Bytes, DerError, type DerNode, readBoolean, readOctetString, readOid, readSequence } from '../asn1/der.ts'

export interface Extension {
  critical: boolean
  /** Content of extnValue: the DER of the extension's own type. */
  value: Bytes
}

/** @param node `[n] EXPLICIT Extensions` @throws DerError */
export const readExtensionList = (node: DerNode, max: number): ReadonlyMap<string, Extension> =>
  readExtensions(onlyChild(node, 'extensions'), max)

/** @param node `Extensions`, as entries of a CRL carry them (§5.1) @throws DerError */
export function readExtensions(node: DerNode | undefined, max: number): ReadonlyMap<string, Extension> {
  const found = new Map<string, Extension>()
  for (const member of readSequence(node, 'extensions', 1, max)) {
    const [id, second, third] = readSequence(member, 'extension', 2, 3)
    const name = readOid(id, 'extnID')
    const critical = third === undefined ? false : readBoolean(second, 'critical')
    if (third !== undefined && !critical) throw new DerError('der', 'critical FALSE is written out')
    if (found.has(name)) throw new DerError('der', `extension ${name} stands twice`)
    found.set(name, { critical, value: readOctetString(third ?? second, 'extnValue') })
  }
  return found
}

/** What stands in an explicit tag. @throws DerError */
export function onlyChild(node: DerNode, what: string): DerNode | undefined {
  if (node.children.length !== 1) throw new DerError('der', `${what} has ${node.children.length} members`)
  return node.children[0]
}
