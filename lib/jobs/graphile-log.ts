/** Graphile Worker's messages in our log. Its "info" is what we call "debug": a line for every job would bury everything else. */
import { Logger } from 'graphile-worker'
import { logger } from '#lib/log.ts'

const LEVELS = { error: 'error', warning: 'warn', info: 'debug', debug: 'trace' } as const

export const graphileLogger = (): Logger =>
  new Logger(({ label, taskIdentifier, jobId }) => {
    const log = logger('jobs').child({ label, task: taskIdentifier, job: jobId })
    return (level, message, meta) => {
      const error = meta?.error
      log[LEVELS[level as keyof typeof LEVELS] ?? 'info'](error ? { err: error } : {}, message)
    }
  })
