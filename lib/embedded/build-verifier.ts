/**
 * Makes public/verify-bundle.html: the offline verifier, one file with its script and style inside, from the very sources that the
 * command line runs (lib/core/bundle). node:crypto becomes WebCrypto (lib/verifier/node-crypto.ts). Its policy names the hashes of the
 * one script and the one style and allows nothing else, so the file can neither load nor send anything, wherever it is opened from.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { verifierMessages as words } from '#lib/messages/verifier.ts'

const ROOT = join(import.meta.dirname, '../..')
export const VERIFIER = join(ROOT, 'public/verify-bundle.html')

const STYLE = `
:root{color-scheme:light dark;font:15px/1.5 system-ui,sans-serif;--ok:light-dark(#17663a,#7fd6a2);--failed:light-dark(#a8182a,#ff9aa2);--line:light-dark(#d5d9e2,#3a4150)}
body{max-width:60rem;margin:2rem auto;padding:0 1rem;background:light-dark(#fbfcfe,#15181f);color:light-dark(#1c2230,#e6e9f0)}
h1{font-size:1.4rem;margin:0 0 .5rem}h2{font-size:1rem;margin:1.5rem 0 .5rem}
#drop{border:2px dashed var(--line);border-radius:.6rem;padding:1.25rem;margin:1rem 0}#drop.over{border-color:var(--ok)}
label{display:block;font-weight:600}small{display:block;margin-bottom:.25rem}
textarea{width:100%;box-sizing:border-box;font:12px/1.4 ui-monospace,monospace;border-radius:.4rem}
#summary{font-weight:600;overflow-wrap:anywhere}.ok>span,.ok>strong,p.ok{color:var(--ok)}.failed>span,.failed>strong,p.failed{color:var(--failed)}
ol{list-style:none;padding:0;margin:0;border:1px solid var(--line);border-radius:.5rem}ol:empty{display:none}
li{display:grid;grid-template-columns:1.25rem minmax(8rem,18rem) 1fr;gap:.5rem;padding:.35rem .75rem;border-top:1px solid var(--line)}li:first-child{border-top:0}
li>*{overflow-wrap:anywhere;min-width:0}li>strong{font-weight:600}
@media(max-width:40rem){li{grid-template-columns:1.25rem 1fr}li>bdi{grid-column:2}}
:focus-visible{outline:2px solid #3563c9;outline-offset:2px}
`

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`

const escapeHtml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** The script of the page; `input` for tests that want it without the page. */
export async function bundleVerifier(input: string, format: 'iife' | 'esm'): Promise<string> {
  // Loaded only when there is something to build: every start imports this module.
  const { rolldown } = await import('rolldown')
  const build = await rolldown({
    input,
    platform: 'browser',
    resolve: { alias: { 'node:crypto': join(ROOT, 'lib/verifier/node-crypto.ts') } },
    // Modules of lib/core also make keys and signatures; the verifier calls nothing of that.
    shimMissingExports: true,
    logLevel: 'silent',
  })
  try {
    const { output } = await build.generate({ format, minify: true })
    return output[0].code
  } finally {
    await build.close()
  }
}

export async function makeVerifier(): Promise<string> {
  const code = await bundleVerifier(join(ROOT, 'lib/verifier/main.ts'), 'iife')
  // Nothing in the script may end the element that holds it.
  const script = code.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--')
  const policy = `default-src 'none'; script-src ${hashOf(script)}; style-src ${hashOf(STYLE)}; base-uri 'none'; form-action 'none'`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(words.title)} · Certdesk</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(words.title)}</h1>
<p>${escapeHtml(words.lead)}</p>
<div id="drop"><label for="file">${escapeHtml(words.drop)}</label><input id="file" type="file" accept=".json,application/json"></div>
<label for="keys">${escapeHtml(words.keys)}</label>
<small id="keys-hint">${escapeHtml(words.keysHint)}</small>
<textarea id="keys" rows="4" spellcheck="false" aria-describedby="keys-hint"></textarea>
<h2>${escapeHtml(words.result)}</h2>
<p id="summary" role="status">${escapeHtml(words.nothing)}</p>
<ol id="findings" aria-label="${escapeHtml(words.findings)}"></ol>
</main>
<script>${script}</script>
</body>
</html>
`
}

export async function writeVerifier(): Promise<void> {
  const page = await makeVerifier()
  mkdirSync(join(ROOT, 'public'), { recursive: true })
  writeFileSync(VERIFIER, page)
}
