/** Words of the list of phones. */
export const phones = {
  title: 'Phones',
  search: 'Search phones',
  searchPlaceholder: 'Person, phone name or model',
  columns: {
    phone: 'Phone',
    system: 'System',
    person: 'Person',
    profile: 'Profile',
    certificates: 'Certificates',
    expiry: 'Soonest expiry',
    contact: 'Last contact',
  },
  unnamed: 'Unnamed phone',
  emptyTitle: 'No phones yet',
  emptyText: 'A phone appears here when it has answered an enrolment and the answer has passed the checks.',
  start: 'Choose a person',
  noneTitle: 'No phone found',
  noneText: (q: string) => `No phone matches “${q}”. Search by whose it is, its name, or its model.`,
  clearSearch: 'Clear search',
} as const
