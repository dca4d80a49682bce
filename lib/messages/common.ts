/** Words used on many pages. */
import type { Role } from '#lib/auth/permissions.ts'
import type { EnrollmentState } from '#lib/core/enrollment/state.ts'
import type { CertificateState } from '#lib/core/views.ts'

const plural = (n: number, one: string, many: string) => `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`

export const common = {
  product: 'Certdesk',
  close: 'Close',
  cancel: 'Cancel',
  copy: 'Copy',
  copied: 'Copied',
  copyWhat: (what: string) => `Copy ${what}`,
  none: '–',
  actions: 'Actions',
  more: 'More actions',
  clear: 'Clear',
  clearSearch: 'Clear search',
  showAll: 'Show all',
  loading: 'Loading',
  back: 'Back',
  tryAgain: 'Try again',
  noConnection: 'The portal could not be reached. Nothing was changed; try again.',
  unknownError: 'This did not work, and the portal does not know why.',
  errorReference: (id: string) => `Tell the administrator this reference: ${id}`,

  enrollmentState: {
    awaiting_approval: 'Awaiting approval',
    requesting: 'Requesting offer',
    offered: 'Waiting for scan',
    answered: 'Checking answer',
    confirming: 'To be confirmed',
    issuing: 'Issuing',
    delivering: 'Delivering',
    undelivered: 'Not on the phone',
    completed: 'Completed',
    declined: 'Declined',
    refused: 'Refused by the phone',
    rejected: 'Rejected',
    expired: 'Expired',
    cancelled: 'Cancelled',
    failed: 'Failed',
    revoked_undelivered: 'Revoked, never delivered',
  } satisfies Record<EnrollmentState, string>,

  certificateState: {
    reserved: 'Being issued',
    active: 'Active',
    expiring: 'Expiring',
    expired: 'Expired',
    held: 'On hold',
    revoked: 'Revoked',
  } satisfies Record<CertificateState, string>,

  userStatus: { active: 'Active', disabled: 'Disabled' },

  role: { admin: 'Administrator', helpdesk: 'Helpdesk', auditor: 'Auditor', user: 'User' } satisfies Record<Role, string>,

  pagination: {
    label: 'Pages',
    previous: 'Previous page',
    next: 'Next page',
    page: (n: number) => `Page ${n}`,
    beyond: 'The list ends before this page',
    first: 'Go to the first page',
    range: (from: number, to: number, total: string) => `${from}–${to} of ${total}`,
    total: (total: number, capped: boolean) => (capped ? `${total.toLocaleString('en-GB')}+` : total.toLocaleString('en-GB')),
  },

  sort: { ascending: 'sorted ascending', descending: 'sorted descending', by: (column: string) => `Sort by ${column}` },

  time: {
    now: 'just now',
    never: 'never',
    /** Days until something ends; negative when it has ended. */
    daysLeft: (days: number) =>
      days < 0 ? `${plural(-days, 'day', 'days')} ago` : days === 0 ? 'today' : plural(days, 'day', 'days'),
  },

  count: {
    phones: (n: number) => plural(n, 'phone', 'phones'),
    certificates: (n: number) => plural(n, 'certificate', 'certificates'),
    users: (n: number) => plural(n, 'person', 'people'),
    enrollments: (n: number) => plural(n, 'enrolment', 'enrolments'),
    results: (n: number) => plural(n, 'result', 'results'),
  },
} as const
