/** Words of the self-service page: for somebody who does this once in two years. Short sentences, one decision a screen. */
import type { EnrollmentState } from '#lib/core/enrollment/state.ts'

export const enroll = {
  title: 'Your certificate',
  help: 'Something unclear? Call the helpdesk. They see where you are.',
  noScript: 'This page needs JavaScript. Switch it on, or open the link in another browser.',

  welcome: {
    title: 'Put your certificate on your phone',
    who: 'For',
    what: 'Certificate',
    subject: 'It will say',
    until: 'This link holds until',
    need: 'You need your phone with the Smart ID Mobile App, and two minutes.',
    notYou: 'Not you? Close this page and tell the helpdesk.',
    start: 'Start',
    lookAgain: 'Look again',
    trouble: {
      subject:
        'Something about you is missing or does not fit into a certificate. The helpdesk can mend that: call them before you begin.',
      worker:
        'The portal cannot work just now. Whoever runs it has to mend that; the helpdesk knows. Your link stays good: come back later.',
      hermod:
        'Phones cannot be reached just now. Whoever runs the messaging server has to mend that; tell the helpdesk. Your link stays good: come back later.',
      issuer:
        'No certificates can be made just now. Whoever runs the certificate authority has to mend that; tell the helpdesk. Your link stays good: come back later.',
    },
  },
  fetching: {
    title: 'One moment…',
    text: 'Your code is being made.',
    slow: 'This takes longer than usual. You need not do anything.',
  },
  approval: {
    title: 'Waiting for approval',
    text: 'Somebody has to approve this first. You can close this page and open the link again later.',
  },
  scan: {
    title: 'Scan this code',
    titleOnPhone: 'Open the app',
    step1: 'Open the Smart ID app on your phone.',
    step2: 'Tap “Scan QR code” and point the camera here.',
    step3: 'Follow the app: check your name, choose a PIN.',
    onPhone: 'Tap the button. The app opens and shows your name; then choose a PIN.',
    open: 'Open in the Smart ID app',
    nothing: 'Nothing happens? Install “Smart ID Mobile App” from the App Store or Google Play, then come back and tap again.',
    other: 'Use another phone: show the code',
    qr: 'Offer as QR code',
    expiresIn: 'The code holds for',
    cannotScan: 'Offer link',
    cannotScanHint: 'Cannot scan? Open this link on the phone that has the app.',
    copyHint: 'Or copy the link and open it on the phone that has the app.',
    copy: 'Copy',
    copied: 'Copied',
    secret: 'Show this code to nobody. Whoever scans it gets your certificate.',
    newCode: 'New code',
  },
  expired: { title: 'The code has expired', text: 'Nothing was lost. Take a new one when you have your phone at hand.' },
  working: {
    title: 'Your phone has answered',
    text: 'Keep the app open. This takes a few seconds.',
    device: (name: string) => `Phone: ${name}`,
  },
  delivering: { title: 'Almost done', text: 'The certificate is on its way. Keep the app open on your phone.' },
  confirming: {
    title: 'Is this your phone?',
    text: 'This phone has scanned the code. It gets your certificate only if you say that it is yours.',
    warning: 'Did somebody send you a code, or was somebody watching? Then say no, and call the helpdesk.',
    yes: 'Yes, it is mine',
    no: 'No, it is not mine',
    titleStaff: 'The helpdesk is looking at this phone',
    phone: 'The phone that answered',
    subject: 'Its certificate will say',
    textStaff: 'It goes on as soon as they have decided; you can open your link again later. If it is not yours, say so now.',
  },
  done: {
    title: 'Done',
    text: 'The certificate is on your phone. You can use it now.',
    next: 'Remember the PIN you chose: nobody else knows it. You can close this page.',
  },
  undelivered: {
    title: 'Not on your phone yet',
    text: 'Your certificate is ready, but your phone has not stored it.',
    open: 'Open the app on your phone, then press the button.',
    sendAgain: 'Send again',
  },
  failed: { title: 'That did not work', again: 'Try again', call: 'If it happens again, call the helpdesk.' },
  link: {
    used: 'This link has already been used',
    usedText:
      'The certificate is on a phone already. If it was not you, call the helpdesk at once. For another phone, ask for a new link.',
    expired: 'This link is no longer valid',
    expiredText: 'Ask the helpdesk for a new link. It takes them a minute.',
    revoked: 'This link was withdrawn',
    revokedText: 'Ask the helpdesk why, and for a new link.',
    unknown: 'This link is not complete',
    unknownText:
      'Open the link as it came, whole. If it is broken over two lines in your mail, copy both. Otherwise ask the helpdesk for a new one.',
  },
  problem: 'The portal could not be reached. Check your connection; it is tried again by itself.',
  failedRequest: 'That could not be done just now. Try again in a moment.',
} as const

/** States in which a person waits for us, and what the screen says. */
export const WAITING_SCREENS = {
  awaiting_approval: enroll.approval,
  requesting: enroll.fetching,
  answered: enroll.working,
  issuing: enroll.working,
  delivering: enroll.delivering,
} as const satisfies Partial<Record<EnrollmentState, { title: string; text: string }>>
