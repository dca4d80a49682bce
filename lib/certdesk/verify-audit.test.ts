import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { auditText } from '#lib/core/audit-text.ts'
import { CHAIN_START, type ChainedRow, checkLink } from './verify-audit.ts'

const row = (over: Partial<ChainedRow> = {}): ChainedRow => {
  const plain: ChainedRow = {
    seq: '1',
    at: '2026-11-24T03:49:28.805Z',
    actor_kind: 'system',
    actor_id: null,
    actor_name: 'Åsa',
    action: 'user.created',
    object_kind: 'user',
    object_id: 'x',
    enrollment_id: null,
    detail: '{}',
    prev_hash: Buffer.alloc(32),
    hash: Buffer.alloc(0),
    ...over,
  }
  return { ...plain, hash: createHash('sha256').update(CHAIN_START.hash).update(auditText(plain)).digest() }
}

it('an audit entry is hashed so that no two different entries give the same text', () => {
  expect(auditText(row())).toBe('1:1,24:2026-11-24T03:49:28.805Z,6:system,-,4:Åsa,12:user.created,4:user,1:x,-,2:{},')
  expect(auditText(row({ object_kind: 'userx', object_id: '' }))).not.toBe(
    auditText(row({ object_kind: 'user', object_id: 'x' })),
  )
  expect(auditText(row({ actor_id: '' }))).not.toBe(auditText(row({ actor_id: null })))
})

it('the first link begins at the all-zero hash', () => {
  expect(checkLink(CHAIN_START, row())).toMatchObject({ seq: 1n })
  expect(checkLink(CHAIN_START, row({ prev_hash: Buffer.alloc(32, 1) }))).toMatch(/does not follow/)
  expect(checkLink(CHAIN_START, row({ seq: '2' }))).toMatch(/Entry 1 is missing/)
  expect(checkLink(CHAIN_START, { ...row(), action: 'user.changed' })).toMatch(/was changed/)
})
