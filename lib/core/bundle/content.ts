/** What stands in the parts of a bundle that are JSON of ours. Times are ISO 8601 in UTC; parts are named as in format.ts. */
import { z } from 'zod'
import type { CheckResult } from '../enrollment/evidence.ts'

/** More than any honest enrolment has. The newest commands are kept, and the judged callback with its command whatever came beside them. */
export const MAX_COMMANDS = 200
export const MAX_CALLBACKS = 100

const part = z.string()
const nullable = z.string().nullable()

export const enrollmentFactsSchema = z.object({
  id: z.string(),
  state: z.string(),
  user: z.object({ userid: z.string(), name: z.string() }),
  profile: z.object({ name: z.string(), title: z.string(), version: z.number().int(), versionId: z.string() }),
  startedByName: z.string(),
  createdAt: z.string(),
  stateChangedAt: z.string(),
  failureCode: nullable,
  failureDetail: nullable,
  /** How many came in all; the bundle has at most the first hundred. */
  callbacks: z.number().int(),
})
export type EnrollmentFacts = z.infer<typeof enrollmentFactsSchema>

export const commandFactsSchema = z.object({
  /** "provision-1": parts of the command begin with it. */
  name: z.string(),
  kind: z.enum(['provision', 'certificate']),
  state: z.string(),
  externalId: z.string(),
  hermodCommandId: nullable,
  mid: nullable,
  createdAt: z.string(),
  expiresAt: nullable,
  endedAt: nullable,
  failureCode: nullable,
  request: part,
  reply: part.nullable(),
  replyStatus: z.number().int().nullable(),
  dummies: z.array(z.object({ keyid: z.string(), part })),
})
export type CommandFacts = z.infer<typeof commandFactsSchema>

export const callbackFactsSchema = z.object({
  part,
  /** The last part of the path it was posted to. */
  path: z.string(),
  command: z.string(),
  state: z.string(),
  outcome: nullable,
  receivedAt: z.string(),
  repeats: z.number().int(),
  /** Of the octets as they came. */
  sha256: z.string(),
  /** Octets replaced by "*" (blank.ts). */
  blanked: z.number().int(),
})
export type CallbackFacts = z.infer<typeof callbackFactsSchema>

export const evidenceFactsSchema = z.object({
  verdict: z.enum(['passed', 'failed']),
  judgedAt: z.string(),
  /** The callback that was judged, and the command it answers. */
  callback: part,
  command: z.string(),
  checks: z.array(z.custom<CheckResult>((value) => z.object({ id: z.string(), outcome: z.string() }).safeParse(value).success)),
})
export type EvidenceFacts = z.infer<typeof evidenceFactsSchema>

export const judgedBySchema = z.object({
  policyVersion: z
    .object({
      number: z.number().int(),
      note: z.string(),
      createdByName: z.string(),
      createdAt: z.string(),
      definition: z.unknown(),
    })
    .nullable(),
  /** All that the checks were given beside the callback's octets (checks/record.ts). */
  record: z.unknown(),
})
export type JudgedBy = z.infer<typeof judgedBySchema>

export const certificateFactsSchema = z.object({
  keyid: z.string(),
  serialNumber: z.string(),
  status: z.string(),
  issuer: z.string(),
  /** Null while it is reserved and not signed. */
  part: part.nullable(),
  /** The issuing CA first, the anchor last. */
  chain: z.array(part),
  notBefore: z.string(),
  notAfter: z.string(),
  issuedAt: nullable,
  deliveredAt: nullable,
  revokedAt: nullable,
  revocationReason: nullable,
})
export type CertificateFacts = z.infer<typeof certificateFactsSchema>

export const auditFactsSchema = z.object({
  seq: z.string(),
  at: z.string(),
  actor_kind: z.string(),
  actor_id: nullable,
  actor_name: z.string(),
  action: z.string(),
  object_kind: z.string(),
  object_id: z.string(),
  enrollment_id: nullable,
  /** As PostgreSQL writes it, because this text is hashed. */
  detail: z.string(),
  prevHash: z.string(),
  hash: z.string(),
})
export type AuditFacts = z.infer<typeof auditFactsSchema>

/** Everything a bundle is made of, with the octets beside the facts. */
export interface BundleContent {
  enrollment: EnrollmentFacts
  profile: unknown
  commands: (Omit<CommandFacts, 'request' | 'reply' | 'dummies'> & {
    requestBody: string
    replyBody: string | null
    dummies: { keyid: string; csr: Uint8Array }[]
  })[]
  callbacks: (Omit<CallbackFacts, 'part' | 'sha256' | 'blanked'> & { body: Uint8Array; judged: boolean })[]
  evidence: Pick<EvidenceFacts, 'verdict' | 'judgedAt' | 'checks'> | null
  judgedBy: JudgedBy | null
  certificates: (Omit<CertificateFacts, 'part' | 'chain'> & { der: Uint8Array | null; chain: readonly Uint8Array[] })[]
  audit: AuditFacts[]
}
