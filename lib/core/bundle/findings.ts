/** Lines of a verifier's answer. */

/** `note`: could not fail, but should be read. */
export interface BundleFinding {
  /** "file" (what frames the parts), "manifest", "signature", "part evidence.json", "certificate signer", … */
  name: string
  outcome: 'ok' | 'failed' | 'note'
  said: string
}

export const ok = (name: string, said: string): BundleFinding => ({ name, outcome: 'ok', said })
export const failed = (name: string, said: string): BundleFinding => ({ name, outcome: 'failed', said })
export const note = (name: string, said: string): BundleFinding => ({ name, outcome: 'note', said })
