/**
 * What a finding means in words: for whoever reads the evidence, and for the caller. Complete: a failed check has the texts of its
 * failure code, a note those of its own code, and what passed or could not run says so.
 */
import { CHECK_DESCRIPTIONS, type CheckActor } from '#lib/core/enrollment/checks/catalogue.ts'
import type { CheckResult } from '#lib/core/enrollment/evidence.ts'
import { FAILURE_TEXTS, type FailureText } from '#lib/core/failure-texts.ts'

export interface FindingWords {
  /** What happened; null where the outcome says it all. */
  meaning: string | null
  acts: string
  next: string | null
  /** To the person on the telephone. */
  say: string
}

const ACTORS: Record<CheckActor, string> = {
  nobody: 'Nobody has to act.',
  helpdesk: 'The helpdesk.',
  administrator: 'An administrator of this portal.',
  security: 'The security officer.',
}

/** Notes that checks of their own make (outcome warn), by code. */
const NOTES: Readonly<Record<string, Omit<FailureText, 'user'>>> = {
  sch_unpinned: {
    helpdesk: 'No server certificate is pinned here, so the value was recorded and not compared.',
    next: 'Nothing for this enrolment. An administrator can pin the value in the attestation policy.',
  },
  sch_unusable: {
    helpdesk:
      'The app named no server certificate, or named it in another form than a SHA-256. Nothing is pinned, so nothing was compared.',
    next: 'Nothing for this enrolment. Pin a value only after apps send a usable one.',
  },
  attestation_changed: {
    helpdesk: 'The user’s earlier phones answered with another attestation key. This one is its successor in the same key set.',
    next: 'After an update of the app that is to be expected. If there was none, ask the user where the app came from.',
  },
}

const NOTHING_TO_SAY = 'Nothing needs to be said: this was in order.'
const IN_ORDER = 'Your phone’s answer was accepted. You need not do anything about this.'
const NOT_LOOKED_AT = 'Your phone’s answer could not be checked to its end, so no certificate was made.'

const textsOf = (code: string | null): FailureText | null =>
  code !== null && Object.hasOwn(FAILURE_TEXTS, code) ? FAILURE_TEXTS[code as keyof typeof FAILURE_TEXTS] : null

export function describeFinding(check: CheckResult): FindingWords {
  const acts = ACTORS[CHECK_DESCRIPTIONS[check.id].whoActs]
  const texts = textsOf(check.code)
  switch (check.outcome) {
    case 'pass':
      return { meaning: null, acts: ACTORS.nobody, next: null, say: NOTHING_TO_SAY }
    case 'skipped':
      return { meaning: null, acts: ACTORS.nobody, next: 'Look at the check that failed before it.', say: NOT_LOOKED_AT }
    case 'warn': {
      // What is only monitored has found what it refuses elsewhere.
      const note = (!check.monitored && check.code !== null && NOTES[check.code]) || texts
      return { meaning: note?.helpdesk ?? null, acts, next: note?.next ?? null, say: IN_ORDER }
    }
    case 'fail':
      return {
        meaning: texts?.helpdesk ?? null,
        acts,
        next: texts?.next ?? null,
        say: texts?.user ?? FAILURE_TEXTS.schema.user,
      }
  }
}

/** Codes that have words of their own as a note; for the test that none is forgotten. */
export const NOTE_CODES = Object.keys(NOTES)
