/** Words of the home page. */
export const home = {
  title: 'Home',
  waiting: 'What waits',
  tiles: {
    confirming: { title: 'To confirm', hint: 'Phones that somebody has to say yes or no to' },
    undelivered: { title: 'Not on the phone', hint: 'Issued, but the phone has not stored it' },
    running: { title: 'Under way', hint: 'Enrolments running now' },
    failed: { title: 'Failed', hint: 'In the last 24 hours' },
    completed: { title: 'Completed', hint: 'In the last 24 hours' },
    expiring7: { title: 'Expire in 7 days', hint: 'Certificates that need a new enrolment' },
    expiring30: { title: 'Expire in 30 days', hint: 'The ones within 7 days included' },
  },
  recent: 'Latest enrolments',
  allEnrollments: 'All enrolments',
  noneTitle: 'No enrolments yet',
  noneText: 'Find a person and start the first one.',
  findPerson: 'Find a person',
  health: {
    title: 'Health',
    ok: 'Working',
    problem: 'Problem',
    parts: {
      hermod: 'Messaging server',
      issuer: 'Certificate authority',
      ca: 'Certificate authority',
      database: 'Database',
      worker: 'Worker',
    },
    details: {
      no_worker: 'No worker is running, so nothing can be sent',
      not_used_yet: 'Not used since the worker started',
      ready: 'Signs; its revocation list is up to date',
      crl_late: 'Its revocation list is out of date; is a worker running?',
      ca_ends_soon: 'Its certificate ends soon, and it refuses what would outlive it: an administrator must replace it',
      no_certificate: 'Has no certificate yet; a worker makes it when it starts',
    } as Readonly<Record<string, string>>,
    hermodOk: 'Took the last command',
    workers: (n: number) =>
      n === 0
        ? 'None is running: nothing is sent, checked or issued'
        : n === 1
          ? '1 process is running'
          : `${n} processes are running`,
    database: (ms: string) => `Answered in ${ms} ms`,
    orphans: (n: number) =>
      `${n === 1 ? '1 message' : `${n} messages`} from the messaging server in the last 24 hours fitted no enrolment and ${n === 1 ? 'was' : 'were'} set aside.`,
  },
  columns: { person: 'Person', state: 'State', profile: 'Profile', phone: 'Phone', changed: 'Changed' },
} as const
