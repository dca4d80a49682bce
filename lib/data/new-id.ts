/** Row ids: UUID version 7 (RFC 9562 §5.7), so that rows made one after another lie side by side in the index. */
import { randomBytes } from 'node:crypto'

/** @param nowMs milliseconds since 1970; only for order, nothing is decided by it. */
export function newId(nowMs: number = Date.now()): string {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(nowMs, 0, 6)
  bytes.writeUInt8(0x70 | (bytes.readUInt8(6) & 0x0f), 6)
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8)
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
/** True if the text can be asked of a uuid column; anything else is an id that does not exist. */
export const isId = (value: string): boolean => UUID.test(value)
