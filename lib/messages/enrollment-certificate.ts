/** Words of the Certificate tab. */
export const enrollmentCertificate = {
  subject: 'Subject',
  issuer: 'Issued by',
  serial: 'Serial number',
  serialPending: 'not given by the CA yet',
  validity: 'Valid',
  until: 'until',
  keyid: 'Key',
  delivered: 'Stored on the phone',
  notDelivered: 'not yet',
  revoked: 'Revoked',
  downloadPem: 'Download PEM',
  downloadDer: 'Download DER',
  open: 'Open certificate',
  left: (days: number, total: number) => `${days} of ${total} days left`,
} as const
