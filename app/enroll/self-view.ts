/**
 * What the self-service page is given. The sentence of a failure is chosen here, so that the page does not carry all of them; what is for
 * staff (wait reasons, codes, details) stays here.
 */
import type { EnrollmentState } from '#lib/core/enrollment/state.ts'
import { FAILURE_TEXTS } from '#lib/core/failure-texts.ts'
import type { Device, LinkView } from '#lib/core/views.ts'

export interface SelfView {
  status: LinkView['status']
  userName: string
  userid: string
  profileTitle: string
  servername: string
  subject: string
  expiresAt: string
  enrollment: {
    state: EnrollmentState
    offer: { uri: string; expiresAt: string; timeoutS: number } | null
    serverTime: string
    device: string | null
    /** As the phone says of itself, while somebody is asked about it. */
    phone: Device | null
    confirmation: { by: 'user' | 'staff'; csrSubject: string } | null
    failure: string | null
    confirmationExpired: boolean
    slow: boolean
  } | null
  /** Stands for all of the above but the time: sent back when asking for news. */
  seen: string
}

/** @param withOffer false for the page itself: a link that is opened by a mail scanner shows it no code (F-B15). */
export function toSelfView({ enrollment: e, ...link }: LinkView, { withOffer }: { withOffer: boolean }): SelfView {
  const { userName, userid, profileTitle, servername, subject, expiresAt, status } = link
  return {
    status,
    userName,
    userid,
    profileTitle,
    servername,
    subject,
    expiresAt,
    enrollment: e && {
      state: e.state,
      offer: withOffer && e.offer ? { uri: e.offer.uri, expiresAt: e.offer.expiresAt, timeoutS: e.offer.timeoutS } : null,
      serverTime: e.serverTime,
      device: e.device?.name ?? null,
      phone: e.confirmation && e.device,
      confirmation: e.confirmation,
      failure: e.failureCode ? FAILURE_TEXTS[e.failureCode].user : null,
      confirmationExpired: e.failureCode === 'confirmation_expired',
      slow: e.waitReason !== null,
    },
    seen: withOffer ? [status, e?.id, e?.state, e?.offer?.sentAt, e?.waitReason ? 'slow' : ''].join('|') : '',
  }
}
