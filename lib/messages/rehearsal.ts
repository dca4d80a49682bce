/** Words of a rehearsal: what a change of rules would have done to the answers of a period. */
const answers = (n: number): string => (n === 1 ? '1 answer' : `${n.toLocaleString('en-GB')} answers`)

export const rehearsalMessages = {
  overtaken: 'The attestation policy was changed meanwhile. Load the page again and repeat your change.',
  title: 'Rehearsal',
  why: 'Replays the answers that phones gave in a period under the changed rules. Nothing is changed by it.',
  period: 'Answers to replay',
  days: (n: number) => `Of the last ${n} days`,
  last: (n: number) => `The last ${n.toLocaleString('en-GB')}`,
  asOf: 'Keys count as they will',
  asOfNow: 'now',
  start: 'Rehearse',
  again: 'Rehearse again',
  waiting: 'Waiting for a worker …',
  progress: (done: number, total: number) => `${done.toLocaleString('en-GB')} of ${answers(total)} replayed`,
  nothing: 'There are no answers in this period, so the rehearsal shows nothing. Take a longer one, if there is any.',
  refused: (n: number, of: number) =>
    n === 0
      ? `Of ${of.toLocaleString('en-GB')} accepted, none would be refused.`
      : `Of ${of.toLocaleString('en-GB')} accepted, ${n.toLocaleString('en-GB')} would be refused.`,
  accepted: (n: number, of: number) =>
    n === 0
      ? `Of ${of.toLocaleString('en-GB')} refused, none would be accepted.`
      : `Of ${of.toLocaleString('en-GB')} refused, ${n.toLocaleString('en-GB')} would be accepted.`,
  otherwise: (n: number) => `${answers(n)} would be refused for another reason.`,
  held: (n: number) => `${answers(n)} would wait until staff have decided.`,
  letPass: (n: number) => `${answers(n)} that waited for staff would be accepted without anybody looking.`,
  tooOld: 'The rehearsal is more than an hour old, or the attestation policy has changed since. Rehearse again before you save.',
  unreadable: (n: number) => `${answers(n)} of before records were kept whole could not be replayed.`,
  capped: (n: number) => `The period has more answers; the newest ${n.toLocaleString('en-GB')} were replayed.`,
  list: 'Answers that would be judged differently',
  listed: (n: number) => `The newest ${n} are listed.`,
  columns: { person: 'Person', received: 'Received', before: 'Was', after: 'Would be' },
  verdict: { passed: 'Accepted', failed: 'Refused', held: 'Held for staff' },
  by: (check: string, code: string) => `${check}, ${code}`,
  stale: 'You have changed something since. Rehearse again before saving.',
  failed: 'The rehearsal could not be carried out.',
  outcome: 'What the change would have done',
} as const
