/** What a verifier says of a bundle, and what is asked of that. Needs nothing of Node, so that the offline page can import it first. */
import type { BundleFinding } from './findings.ts'

export interface BundleVerdict {
  ok: boolean
  findings: BundleFinding[]
  /** Of the signed manifest, if its signature is good. */
  about: { enrollmentId: string; madeAt: string } | null
  /** SHA-256 of the SubjectPublicKeyInfo of the key that signed, hex; null if no signature is good. */
  signer: string | null
}

/** The line about the key that signed. */
export const SIGNER = 'signer'

/** The names of the lines that failed. */
export const failedNames = ({ findings }: BundleVerdict): string[] =>
  findings.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name)

/** The key that signed, where the caller gave none to compare it with. */
export const unknownSigner = ({ findings, signer }: BundleVerdict): string | null =>
  findings.some(({ name, outcome }) => name === SIGNER && outcome === 'note') ? signer : null
