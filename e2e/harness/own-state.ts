/**
 * Database tests share processes (loading Prisma anew for each file would take longer than the tests), but no file may find what another
 * left behind: each begins with our modules fresh, and so with nothing read from the environment and no connection.
 */
import { vi } from 'vitest'

vi.resetModules()
vi.unstubAllEnvs()
vi.unstubAllGlobals()
vi.useRealTimers()
const kept = globalThis as { certdeskDb?: unknown; certdeskDbUrl?: string }
delete kept.certdeskDb
delete kept.certdeskDbUrl
