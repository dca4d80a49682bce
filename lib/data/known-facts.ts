/** What the database knows of the things an answer names, asked after a first reading of it: keys, profile ids, one-time numbers. */
import type { Grant } from '#lib/auth/permissions.ts'
import type { KnownKey } from '#lib/core/enrollment/checks/index.ts'
import { db } from '#lib/db.ts'
import { PHONE_TAKEN } from './phone-taken.ts'

export interface AskedFacts {
  userId: string
  profileName: string
  /** SubjectPublicKeyInfo hashes (hex) of the phone's new keys. */
  spkiSha256: readonly string[]
  /** The keys themselves, to be looked for in the certificates of our issuers. */
  spki: readonly Uint8Array[]
  /** The same of the key in the header. */
  attestationSpkiSha256: string | null
  profileRef: string | null
  /** One-time numbers in the answer that are not ours. */
  otherNonces: readonly string[]
}

export interface KnownFacts {
  /** By SHA-256 of the SPKI (hex): proved by somebody before, an issuer's, or blocked; the last counts most. */
  keys: Map<string, KnownKey>
  /** True if the profile id is already bound to a phone. */
  profileRefTaken: boolean
  /** Thumbprints of attestation keys of this person's phones with this profile; what was held and not released is none of theirs. */
  earlierAttestation: string[]
  /** SubjectPublicKeyInfos of this person's newest keys. */
  ownKeys: Uint8Array[]
  /** Whose open offer the answer's number belongs to, if it is another user's. */
  foreignNonce: { enrollmentId: string; userid: string } | null
}

interface RawFacts {
  keys: Record<string, string> | null
  blocked: { hash: string; code: 'blocked_key' | 'private_key_leaked'; reason: string }[] | null
  ca: string[] | null
  taken: boolean
  earlier: string[] | null
  own: Uint8Array[]
  foreign: { enrollmentId: string; userid: string } | null
}

const MAX_OWN_KEYS = 50

/** One query. */
export async function findKnownFacts(_grant: Grant<'system:work'>, a: AskedFacts): Promise<KnownFacts> {
  const hashes = a.spkiSha256.map((hex) => Buffer.from(hex, 'hex'))
  const all = a.attestationSpkiSha256 === null ? hashes : [...hashes, Buffer.from(a.attestationSpkiSha256, 'hex')]
  const rows = await db().$queryRaw<RawFacts[]>`
    SELECT (SELECT json_object_agg(encode(k.spki_sha256, 'hex'), u.userid) FROM enrollment_key k JOIN "user" u ON u.id = k.user_id
            WHERE k.spki_sha256 = ANY(${hashes}::bytea[])) AS keys,
      (SELECT json_agg(json_build_object('hash', encode(b.spki_sha256, 'hex'), 'code', b.code, 'reason', b.reason))
       FROM blocked_key b WHERE b.spki_sha256 = ANY(${all}::bytea[])) AS blocked,
      (SELECT array_agg(DISTINCT encode(sha256(s.spki), 'hex'))
       FROM unnest(${[...a.spki]}::bytea[]) AS s(spki), issuer i, unnest(i.chain || i.certificate) AS c(der)
       WHERE position(s.spki IN c.der) > 0) AS ca,
      EXISTS (SELECT 1 FROM phone WHERE profile_ref = ${a.profileRef}) AS taken,
      (SELECT array_agg(DISTINCT p.attestation_thumbprint) FROM phone p
       WHERE p.user_id = ${a.userId}::uuid AND p.profile_name = ${a.profileName} AND ${PHONE_TAKEN}) AS earlier,
      ARRAY(SELECT k.spki FROM enrollment e JOIN enrollment_key k ON k.enrollment_id = e.id
            WHERE e.user_id = ${a.userId}::uuid ORDER BY e.created_at DESC LIMIT ${MAX_OWN_KEYS}::int) AS own,
      (SELECT json_build_object('enrollmentId', e.id, 'userid', u.userid)
       FROM command c JOIN enrollment e ON e.id = c.enrollment_id JOIN "user" u ON u.id = e.user_id
       WHERE ${a.otherNonces.length > 0} AND c.state IN ('sending', 'sent') AND c.nonce = ANY(${[...a.otherNonces]}::text[])
         AND e.user_id <> ${a.userId}::uuid LIMIT 1) AS foreign`
  const row = rows[0]
  if (!row) throw new Error('a SELECT of scalars gave no row')
  const proved = Object.entries(row.keys ?? {}).map(([hash, userid]): [string, KnownKey] => [hash, { kind: 'certified', userid }])
  const blocked = (row.blocked ?? []).map(({ hash, code, reason }): [string, KnownKey] => [
    hash,
    { kind: 'blocked', code, reason },
  ])
  const ca = (row.ca ?? []).map((hash): [string, KnownKey] => [hash, { kind: 'ca' }])
  return {
    keys: new Map([...proved, ...ca, ...blocked]),
    profileRefTaken: row.taken,
    earlierAttestation: row.earlier ?? [],
    ownKeys: row.own,
    foreignNonce: row.foreign,
  }
}
