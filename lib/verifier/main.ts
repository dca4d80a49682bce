/**
 * The page of the offline verifier: a file is dropped, each line of the verdict appears. One HTML file without a network: its
 * Content-Security-Policy forbids every connection, and all that it shows of a file is text.
 */
import type { BundleFinding } from '../core/bundle/findings.ts'
import { failedNames, unknownSigner } from '../core/bundle/verdict.ts'
import { verifierMessages as words } from '../messages/verifier.ts'
import { verifyInBrowser } from './verify-in-browser.ts'

const find = <E extends HTMLElement>(id: string): E => {
  const element = document.getElementById(id)
  if (element === null) throw new Error(`no element ${id}`)
  return element as E
}

const input = find<HTMLInputElement>('file')
const keys = find<HTMLTextAreaElement>('keys')
const drop = find('drop')
const summary = find('summary')
const list = find<HTMLOListElement>('findings')
let chosen: File | null = null

const SIGNS = { ok: '✓', failed: '✗', note: '·' } as const

function line({ name, outcome, said }: BundleFinding): HTMLLIElement {
  const item = document.createElement('li')
  item.className = outcome
  const sign = document.createElement('span')
  sign.textContent = SIGNS[outcome]
  sign.setAttribute('aria-hidden', 'true')
  const title = document.createElement('strong')
  title.textContent = `${words.outcomes[outcome]} ${name}`
  const text = document.createElement('bdi')
  text.textContent = said
  item.append(sign, title, text)
  return item
}

function say(text: string, outcome: 'ok' | 'failed' | 'note'): void {
  summary.className = outcome
  summary.textContent = text
}

async function verify(): Promise<void> {
  if (chosen === null) return
  const file = chosen
  list.replaceChildren()
  // Without a secure context there is no WebCrypto, and nothing may pass for verified.
  if (!globalThis.crypto?.subtle) return say(words.noCrypto, 'failed')
  if (keys.value.trim() !== '' && !keys.value.includes('BEGIN PUBLIC KEY')) return say(words.noKey, 'failed')
  say(words.working(file.name), 'note')
  try {
    const verdict = await verifyInBrowser(new Uint8Array(await file.arrayBuffer()), keys.value)
    if (file !== chosen) return
    list.replaceChildren(...verdict.findings.map(line))
    const { ok, about } = verdict
    if (ok && about) say(words.good(file.name, about.enrollmentId, about.madeAt, unknownSigner(verdict)), 'ok')
    else say(words.bad(file.name, failedNames(verdict)), 'failed')
  } catch (error) {
    say(words.broken(file.name, error instanceof Error ? error.message : String(error)), 'failed')
  }
}

function choose(file: File | undefined): void {
  if (file === undefined) return
  chosen = file
  void verify()
}

input.addEventListener('change', () => choose(input.files?.[0]))
keys.addEventListener('change', () => void verify())
for (const name of ['dragenter', 'dragover'])
  document.addEventListener(name, (event) => {
    event.preventDefault()
    drop.classList.add('over')
  })
document.addEventListener('dragleave', () => drop.classList.remove('over'))
document.addEventListener('drop', (event) => {
  event.preventDefault()
  drop.classList.remove('over')
  choose(event.dataTransfer?.files[0])
})
