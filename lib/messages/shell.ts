/** The frame around every desk page. */
export const shell = {
  skip: 'Skip to content',
  navigation: 'Main',
  openNavigation: 'Open navigation',
  closeNavigation: 'Close navigation',
  nav: {
    home: 'Home',
    users: 'Users',
    enrollments: 'Enrolments',
    phones: 'Phones',
    certificates: 'Certificates',
    incidents: 'Incidents',
    settings: 'Settings',
  },
  settingsNavigation: 'Settings',
  settings: { profiles: 'Profiles', attestation: 'Attestation' },
  search: {
    label: 'Search everything',
    placeholder: 'Search people, phones, serial numbers …',
    shortcut: 'Ctrl K',
    results: 'Search results',
    none: (q: string) => `Nothing found for “${q}”.`,
    noneHint: 'Search by name, login, e-mail, phone, serial number or enrolment id.',
    failed: 'The search did not work. Try again.',
    signedOut: 'You are signed out. Reload the page to sign in again.',
    found: (n: number) => (n === 1 ? '1 result' : `${n} results`),
    kinds: { user: 'Person', phone: 'Phone', certificate: 'Certificate', enrollment: 'Enrolment' },
  },
  account: {
    open: (name: string) => `Account of ${name}`,
    signOut: 'Sign out',
  },
  theme: {
    label: 'Appearance',
    system: 'System',
    light: 'Light',
    dark: 'Dark',
  },
  notFound: {
    title: 'Not found',
    text: 'There is nothing at this address, or it is not yours to see.',
    home: 'Go to the home page',
  },
  notAllowed: {
    title: 'Not for your role',
    text: (role: string) => `You are signed in as ${role}; this page is for others.`,
  },
} as const
