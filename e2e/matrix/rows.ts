/**
 * The rows of the list of hostile and bad inputs (design note hostile-inputs) that are about answers, callbacks and certificate
 * authorities. Each has cases, in the tables beside this file or in the tests named here; the web's rows (W) are tested where the web is.
 */
const series = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`)

export const GROUPS = {
  P: { title: 'must be accepted', rows: series('P-', 11) },
  O: { title: 'outer JWS', rows: series('F-O', 22) },
  N: { title: 'nested JWS, new keys', rows: series('F-N', 12) },
  B: { title: 'binding', rows: series('F-B', 16) },
  C: { title: 'certificate request', rows: series('F-C', 24) },
  S: { title: 'state and transport', rows: series('F-S', 22) },
} as const
export type GroupName = keyof typeof GROUPS

export const ROW_IDS: readonly string[] = Object.values(GROUPS).flatMap((group) => group.rows)

/** Rows that no table of messages can hold, because they are about what happens over time or to another party. */
export const TESTED_IN: Readonly<Record<string, string>> = {
  'P-11': 'lib/core/enrollment/checks/must-accept.test.ts',
  'F-B4': 'lib/jobs/hostile-callbacks.db.test.ts',
  'F-B14': 'lib/jobs/hostile-callbacks.db.test.ts',
  'F-B15': 'lib/jobs/confirmation.db.test.ts',
  'F-B16': 'lib/jobs/confirmation.db.test.ts',
  'F-S1': 'lib/jobs/hostile-callbacks.db.test.ts',
  'F-S2': 'lib/jobs/hostile-callbacks.db.test.ts',
  'F-S5': 'lib/jobs/hostile-callbacks.db.test.ts',
  'F-S16': 'lib/external/hermod.test.ts',
  'F-S17': 'lib/external/http-tls.test.ts',
  'F-S18': 'lib/core/x509/certificate-check.test.ts',
  'F-S19': 'app/pki/scep.db.test.ts',
  'F-S20': 'lib/issuer/embedded/issuer.test.ts',
  'F-S21': 'lib/core/x509/tbs.test.ts',
  'F-S22': 'lib/jobs/hostile-callbacks.db.test.ts',
}

/** Rows named in a test's name. */
export const rowsIn = (text: string): string[] =>
  [...new Set(text.match(/\b(?:P-|F-[A-Z])\d+\b/g) ?? [])].filter((row) => ROW_IDS.includes(row))

export const groupOf = (row: string): GroupName => (row.startsWith('P-') ? 'P' : (row.charAt(2) as GroupName))
