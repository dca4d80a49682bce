import { join } from 'node:path'

/** How Node is started for any script of ours, as the npm scripts start it (preload.cjs). */
export const PRELOAD = ['-r', join(import.meta.dirname, 'preload.cjs')] as const
