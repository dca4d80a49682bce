// Loaded before everything else by the npm scripts and into the processes that they start.
//
// Certdesk runs TypeScript as it is, which needs Node 24; npm ci installs one, and the scripts find it first. This says so where that did
// not happen (install scripts switched off, a script called without npm).
const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  // The client can be generated later; an install must not fail over it.
  if (process.env.npm_lifecycle_event === 'postinstall') process.exit(0)
  console.error(
    `This is Node ${process.versions.node}; Certdesk needs Node 24, which "npm ci" installs beside it. Run "npm rebuild node" and start with "npm start" (install scripts must be allowed).`,
  )
  process.exit(1)
}
// What Node made of the sources is kept, so that the next start has it at once. Beside the modules, which nobody else may write, and never
// in the shared temporary folder: it is code that will run. Where the folder cannot be written, nothing is kept and nothing fails.
require('node:module').enableCompileCache(require('node:path').join(__dirname, '../../node_modules/.cache/node'))
