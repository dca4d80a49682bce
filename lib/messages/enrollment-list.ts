/** Words of the list of enrolments. */
export const enrollmentList = {
  title: 'Enrolments',
  search: 'Search enrolments',
  searchPlaceholder: 'Name, login, e-mail or enrolment id',
  filterLabel: 'State',
  filters: {
    all: 'All',
    running: 'Running',
    undelivered: 'Not on the phone',
    completed: 'Completed',
    failed: 'Failed',
    ended: 'Expired or cancelled',
  },
  within: (hours: number) => (hours === 24 ? 'Changed in the last 24 hours' : `Changed in the last ${hours} hours`),
  columns: {
    person: 'Person',
    state: 'State',
    profile: 'Profile',
    phone: 'Phone',
    created: 'Started',
    changed: 'Changed',
    startedBy: 'Started by',
  },
  emptyTitle: 'No enrolments yet',
  emptyText: 'An enrolment puts one profile’s certificate on one phone for one person.',
  noneFoundTitle: 'Nothing matches',
  noneFoundText: 'No enrolment matches this search and filter.',
} as const
