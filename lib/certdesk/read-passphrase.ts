/** A passphrase from the keyboard, without showing it. Only where there is a keyboard: scripts give it in a file. */
import { UsageError } from './usage.ts'

const ENTER = new Set(['\r', '\n', '\u0004'])
const INTERRUPT = '\u0003'
const ERASE = new Set(['\u007f', '\b'])

/** @throws UsageError where nobody can type, or who types gives up */
export async function readPassphrase(question: string): Promise<string> {
  const { stdin, stderr } = process
  if (!stdin.isTTY)
    throw new UsageError('There is no keyboard to ask at: set CA_EXPORT_PASSPHRASE_FILE to a file with the passphrase.')
  stderr.write(question)
  stdin.setRawMode(true)
  stdin.setEncoding('utf8')
  let text = ''
  try {
    for await (const piece of stdin) {
      for (const key of String(piece)) {
        if (ENTER.has(key)) return text
        if (key === INTERRUPT) throw new UsageError('Nothing was done.')
        text = ERASE.has(key) ? [...text].slice(0, -1).join('') : text + key
      }
    }
    return text
  } finally {
    stdin.setRawMode(false)
    stderr.write('\n')
  }
}
