import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#e2e/harness/database.ts'
import { chooseDatabase, closeDb } from '#lib/db.ts'
import { forgetAttempts, takeAttempt } from './accounts-attempts.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  chooseDatabase(database.webUrl)
})
afterAll(async () => {
  await closeDb()
  await database.drop()
})

const at = (s: number) => new Date(Date.UTC(2026, 10, 24, 8, 0, s))
const limit = { max: 5, windowMs: 60_000 }
const stranger = (email: string) => ({ email, knownBrowser: false })

it('two hundred guesses at once get no more looks than five one after another (F-W21)', async () => {
  const answers = await Promise.all(Array.from({ length: 200 }, () => takeAttempt(stranger('a@example.test'), at(0), limit)))
  expect(answers.filter((seconds) => seconds === 0)).toHaveLength(5)
})

it('says how long to wait, and lets go when the window is over', async () => {
  for (let i = 0; i < 5; i++) await takeAttempt(stranger('b@example.test'), at(0), limit)
  expect(await takeAttempt(stranger('b@example.test'), at(10), limit)).toBe(50)
  expect(await takeAttempt(stranger('b@example.test'), at(60), limit)).toBe(0)
})

it('the same account in capitals is the same account (F-W22)', async () => {
  for (let i = 0; i < 5; i++) await takeAttempt(stranger('c@example.test'), at(0), limit)
  expect(await takeAttempt(stranger('C@EXAMPLE.test'), at(1), limit)).toBeGreaterThan(0)
})

it('a stranger’s guesses do not lock out the browser that has signed in before (F-W23)', async () => {
  for (let i = 0; i < 20; i++) await takeAttempt(stranger('d@example.test'), at(0), limit)
  expect(await takeAttempt({ email: 'd@example.test', knownBrowser: true }, at(1), limit)).toBe(0)
})

it('a right password forgives the wrong ones before it', async () => {
  for (let i = 0; i < 5; i++) await takeAttempt(stranger('e@example.test'), at(0), limit)
  await forgetAttempts(stranger('e@example.test'))
  expect(await takeAttempt(stranger('e@example.test'), at(1), limit)).toBe(0)
})
