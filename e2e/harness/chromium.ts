/**
 * Where the browser for the tests is: CHROMIUM_PATH, else a Chromium or Chrome on the PATH. Null if none. The headless shell comes first: the
 * same engine without a desktop's windows, and the tests take two thirds of the time with it.
 */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

export const HEADLESS_SHELL = 'chromium-headless-shell'
const NAMES = [HEADLESS_SHELL, 'chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

export function chromiumPath(): string | null {
  const named = process.env.CHROMIUM_PATH
  if (named) return existsSync(named) ? named : null
  for (const folder of (process.env.PATH ?? '').split(delimiter))
    for (const name of NAMES) {
      const path = join(folder, name)
      if (folder && existsSync(path)) return path
    }
  return null
}
