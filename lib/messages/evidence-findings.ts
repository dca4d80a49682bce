/**
 * What a finding means in words: for whoever reads the evidence, and for the caller. Complete: a failed check has the texts of its
 * failure code, a note those of its own code, and what passed or could not run says so.
 */
import type { CheckId, CheckResult } from '#lib/core/enrollment/evidence.ts'
import type { EnrollmentState } from '#lib/core/enrollment/state.ts'
import type { CheckFailureCode } from '#lib/core/errors.ts'
import { FAILURE_TEXTS, type FailureText } from '#lib/core/failure-texts.ts'

export interface FindingWords {
  /** What happened; null where the outcome says it all. */
  meaning: string | null
  acts: string
  next: string | null
  /** To the person on the telephone, word for word; null where nothing has to be said. */
  say: string | null
}

const NOBODY = 'Nobody has to act.'
const HELPDESK = 'The helpdesk.'
const ADMINISTRATOR = 'An administrator of this portal.'
const SECURITY = 'The security officer.'
const AGAIN_ADMINISTRATOR = 'The helpdesk; if it happens again, an administrator of this portal.'
const AGAIN_SECURITY = 'The helpdesk; if it happens again, the security officer.'
const CHANGED_OR_ATTACK = 'An administrator of this portal, or else the security officer.'

/** Agrees with the next step of FAILURE_TEXTS, which says what they do. */
const WHO_ACTS: Record<CheckFailureCode, string> = {
  json: AGAIN_ADMINISTRATOR,
  json_dup: SECURITY,
  json_enc: AGAIN_ADMINISTRATOR,
  json_depth: SECURITY,
  size: SECURITY,
  schema: AGAIN_ADMINISTRATOR,
  envelope: HELPDESK,
  remote_state: HELPDESK,
  remote_code: HELPDESK,
  jws_syntax: AGAIN_ADMINISTRATOR,
  jws_header: SECURITY,
  jws_alg: SECURITY,
  jws_sig: SECURITY,
  weak_key: AGAIN_SECURITY,
  attestation_key: 'The helpdesk; for an app that was updated, an administrator of this portal.',
  nonce: SECURITY,
  fqdn: CHANGED_OR_ATTACK,
  sch: CHANGED_OR_ATTACK,
  userid: SECURITY,
  profile: SECURITY,
  keyid: AGAIN_ADMINISTRATOR,
  key_use: AGAIN_ADMINISTRATOR,
  key_type: AGAIN_ADMINISTRATOR,
  key_reuse: SECURITY,
  blocked_key: SECURITY,
  private_key_leaked: SECURITY,
  inner_sig: SECURITY,
  b64: AGAIN_ADMINISTRATOR,
  der: AGAIN_ADMINISTRATOR,
  csr_alg: AGAIN_ADMINISTRATOR,
  csr_key: SECURITY,
  csr_sig: SECURITY,
  csr_subject: SECURITY,
  csr_attr: SECURITY,
  csr_ext: SECURITY,
  csr_challenge: ADMINISTRATOR,
  attestation_changed: CHANGED_OR_ATTACK,
  stale_user: HELPDESK,
  user_inactive: HELPDESK,
}

/** Notes that checks of their own make (outcome warn), by code. */
const NOTES: Readonly<Record<string, Omit<FailureText, 'user'> & { acts: string }>> = {
  sch_unpinned: {
    helpdesk: 'No server certificate is pinned here, so the value was recorded and not compared.',
    next: 'Nothing for this enrolment. An administrator can pin the value in the attestation policy.',
    acts: NOBODY,
  },
  sch_unusable: {
    helpdesk:
      'The app named no server certificate, or named it in another form than a SHA-256. Nothing is pinned, so nothing was compared.',
    next: 'Nothing for this enrolment. Pin a value only after apps send a usable one.',
    acts: NOBODY,
  },
  attestation_changed: {
    helpdesk: 'The user’s earlier phones answered with another attestation key. This one is its successor in the same key set.',
    next: 'After an update of the app that is to be expected. If there was none, ask the user where the app came from.',
    acts: HELPDESK,
  },
}

const IN_ORDER = 'Your phone’s answer was accepted. You need not do anything about this.'
const WAIT = 'Your phone has answered. No certificate is made before the answer has been confirmed.'
const NOT_LOOKED_AT = 'Your phone’s answer could not be checked to its end, so no certificate was made.'

const isKnown = (code: string | null): code is keyof typeof FAILURE_TEXTS => code !== null && Object.hasOwn(FAILURE_TEXTS, code)
const actsOn = (code: string | null): string =>
  code !== null && Object.hasOwn(WHO_ACTS, code) ? WHO_ACTS[code as CheckFailureCode] : ADMINISTRATOR
const actsOnNeeded = (needs: readonly CheckId[]): string => `Whoever acts on ${needs.join(', ')}, which failed before it.`

/** An answer that passes may still wait for somebody's word, and be refused by it or left until its time is over. */
const ENDED_BEFORE_ISSUING: readonly EnrollmentState[] = ['rejected', 'expired', 'cancelled']

/** What is to be said where a check passed with a note, as the enrolment stands. */
export function sayOfNotes(state: EnrollmentState, failure: string | null): string {
  if (state === 'confirming') return WAIT
  if (!ENDED_BEFORE_ISSUING.includes(state)) return IN_ORDER
  return isKnown(failure) ? FAILURE_TEXTS[failure].user : FAILURE_TEXTS.cancelled.user
}

/** What to show of a check beside what it expected and saw. */
export function describeFinding({ outcome, code, needs, monitored }: CheckResult, sayOfNote: string = IN_ORDER): FindingWords {
  const texts: FailureText | null = isKnown(code) ? FAILURE_TEXTS[code] : null
  switch (outcome) {
    case 'pass':
      return { meaning: null, acts: NOBODY, next: null, say: null }
    case 'skipped':
      return { meaning: null, acts: needs?.length ? actsOnNeeded(needs) : NOBODY, next: null, say: NOT_LOOKED_AT }
    case 'warn': {
      // What is only monitored has found what it refuses elsewhere.
      const note = (!monitored && code !== null && NOTES[code]) || (texts && { ...texts, acts: actsOn(code) })
      return {
        meaning: note?.helpdesk ?? null,
        acts: note?.acts ?? ADMINISTRATOR,
        next: note?.next ?? null,
        say: sayOfNote,
      }
    }
    case 'fail':
      return {
        meaning: texts?.helpdesk ?? null,
        acts: actsOn(code),
        next: texts?.next ?? null,
        say: texts?.user ?? FAILURE_TEXTS.schema.user,
      }
  }
}

/** Codes that have words of their own as a note; for the test that none is forgotten. */
export const NOTE_CODES = Object.keys(NOTES)
