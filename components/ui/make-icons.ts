/** Writes icons.css from lucide's drawings: `node components/ui/make-icons.ts && npm run format`, after a change of icon-names.ts. */
import { readFileSync, writeFileSync } from 'node:fs'
import { ICON_NAMES } from './icon-names.ts'

type Shape = [tag: string, attributes: Record<string, string>]

const here = import.meta.dirname
const source = (name: string) => `${here}/../../node_modules/lucide-react/dist/esm/icons/${name}.mjs`

/** Old names (circle-help …) forward to the icon's present one. */
function readShapes(name: string): Shape[] {
  const text = readFileSync(source(name), 'utf8')
  const forward = /from '\.\/([a-z0-9-]+)\.mjs'/.exec(text)?.[1]
  if (!text.includes('node: [') && forward) return readShapes(forward)
  const start = text.indexOf('node: [') + 'node: '.length
  let depth = 0
  for (let at = start; at < text.length; at++) {
    if (text[at] === '[') depth += 1
    if (text[at] === ']' && --depth === 0) {
      const json = text.slice(start, at + 1).replace(/([{,]\s*)([a-zA-Z0-9]+):/g, '$1"$2":')
      return JSON.parse(json) as Shape[]
    }
  }
  throw new Error(`${name}: no drawing found`)
}

const rules = ICON_NAMES.map((name) => {
  const shapes = readShapes(name)
    .map(
      ([tag, { key: _, ...attributes }]) =>
        `<${tag} ${Object.entries(attributes)
          .map(([k, v]) => `${k}='${v}'`)
          .join(' ')}/>`,
    )
    .join('')
  const svg = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' stroke='%23000' stroke-width='2' stroke-linecap='round' stroke-linejoin='round'>${shapes}</svg>`
  return `.icon-${name}{--icon:url("data:image/svg+xml,${svg.replaceAll('<', '%3C').replaceAll('>', '%3E')}")}`
})

writeFileSync(
  `${here}/icons.css`,
  `/* Made by make-icons.ts from lucide (ISC licence, https://lucide.dev/license). Do not edit. */\n${rules.join('\n')}\n`,
)
