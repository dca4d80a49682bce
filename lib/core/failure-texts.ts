/**
 * What every failure means, in words: for the user, for the helpdesk, and what to do next. No page ever has to say that something
 * went wrong. A code without its texts does not compile.
 *
 * The user's sentence blames nobody and gives no detail an attacker could use; the helpdesk's says what was found and why it matters.
 */
import type { FailureCode } from './errors.ts'

export interface FailureText {
  /** To the person with the phone. */
  user: string
  /** To the helpdesk: what happened. */
  helpdesk: string
  /** To the helpdesk: what to do, or whom to ask. */
  next: string
}

const NOT_ACCEPTED = 'Your phone’s answer was not accepted, so no certificate was made. Nothing on your phone needs to be undone.'
const NOT_READABLE = 'Your phone’s answer could not be read, so no certificate was made. Please try once more.'
const START_AGAIN = 'Start a new enrolment with the user on the line.'
const TELL_SECURITY =
  'Don’t simply repeat it: ask the user what was scanned and on which phone, and tell the security officer. The evidence is kept.'
const APP_OR_SERVER =
  'Start a new enrolment once. If it happens again, an administrator should look at the Exchange tab: the app’s or messaging server’s version may not be supported.'

export const FAILURE_TEXTS = {
  json: {
    user: NOT_READABLE,
    helpdesk: 'The messaging server delivered an answer that is not valid JSON.',
    next: APP_OR_SERVER,
  },
  json_dup: {
    user: NOT_ACCEPTED,
    helpdesk: 'The answer names the same field twice, so that it could be read in two ways. Real apps don’t do that.',
    next: TELL_SECURITY,
  },
  json_enc: {
    user: NOT_READABLE,
    helpdesk: 'The answer contains text that is not clean UTF-8.',
    next: APP_OR_SERVER,
  },
  json_depth: {
    user: NOT_ACCEPTED,
    helpdesk: 'The answer is nested deeper, or holds more values, than any real one.',
    next: TELL_SECURITY,
  },
  size: {
    user: NOT_ACCEPTED,
    helpdesk: 'The answer, or the certificate request in it, is larger than any real one.',
    next: TELL_SECURITY,
  },
  schema: {
    user: NOT_READABLE,
    helpdesk: 'The answer lacks a documented field, or a field has another type than documented.',
    next: APP_OR_SERVER,
  },
  envelope: {
    user: NOT_ACCEPTED,
    helpdesk: 'The message does not belong to the command that was sent, or came when nobody waited for it any more.',
    next: START_AGAIN,
  },
  remote_state: {
    user: 'Your phone did not finish the enrolment. Please try once more.',
    helpdesk: 'The messaging server ended the command without an answer from the phone.',
    next: 'Make a new offer and ask the user to open the app before scanning.',
  },
  remote_code: {
    user: 'Your phone reported that it could not make the certificate request. Please try once more.',
    helpdesk:
      'The phone or the messaging server reported an error code instead of success. The code is in the evidence (check C6).',
    next: 'Ask the user what the app shows, then start a new enrolment.',
  },
  jws_syntax: {
    user: NOT_READABLE,
    helpdesk: 'The signed part of the answer is not a well-formed JWS.',
    next: APP_OR_SERVER,
  },
  jws_header: {
    user: NOT_ACCEPTED,
    helpdesk:
      'The signed answer has header fields that the protocol does not allow; such fields can be used to trick a verifier.',
    next: TELL_SECURITY,
  },
  jws_alg: {
    user: NOT_ACCEPTED,
    helpdesk: 'The answer is signed with another algorithm than the one that was asked for, or not at all.',
    next: TELL_SECURITY,
  },
  jws_sig: {
    user: NOT_ACCEPTED,
    helpdesk: 'The answer’s signature is not by a trusted app, or the answer was changed on the way.',
    next: TELL_SECURITY,
  },
  weak_key: {
    user: NOT_ACCEPTED,
    helpdesk: 'A key in the answer is too weak to be used (size, exponent or a known flaw).',
    next: 'Start a new enrolment. If the same phone does it again, it must not be used; tell the security officer.',
  },
  attestation_key: {
    user: 'Your app is not one that may be used here. Please install the app your organisation recommends.',
    helpdesk: 'The answer was signed by an app whose attestation key is not configured here.',
    next: 'Make sure that the user has the right app. If the app was updated lately, an administrator may have to add its new attestation key.',
  },
  nonce: {
    user: NOT_ACCEPTED,
    helpdesk: 'The answer does not carry the one-time number of this offer: it was made for another offer.',
    next: TELL_SECURITY,
  },
  fqdn: {
    user: NOT_ACCEPTED,
    helpdesk: 'The phone talked to a messaging server with another host name than the configured one.',
    next: 'If the messaging server’s name was changed, an administrator must set HERMOD_FQDN. If not, tell the security officer: somebody may stand in between.',
  },
  sch: {
    user: NOT_ACCEPTED,
    helpdesk: 'The phone saw another server certificate than the pinned one.',
    next: 'If the messaging server got a new certificate, an administrator must pin the new value. If not, tell the security officer: somebody may stand in between.',
  },
  userid: {
    user: NOT_ACCEPTED,
    helpdesk: 'The answer names another user than this enrolment.',
    next: TELL_SECURITY,
  },
  profile: {
    user: NOT_ACCEPTED,
    helpdesk: 'The answer names another server or profile than this enrolment, or a profile that another phone holds.',
    next: TELL_SECURITY,
  },
  keyid: {
    user: NOT_ACCEPTED,
    helpdesk: 'The answer does not contain exactly the keys that were asked for.',
    next: APP_OR_SERVER,
  },
  key_use: {
    user: NOT_ACCEPTED,
    helpdesk: 'A key is meant for another use, or is not active.',
    next: APP_OR_SERVER,
  },
  key_type: {
    user: NOT_ACCEPTED,
    helpdesk: 'A key is of another kind or length than asked for.',
    next: APP_OR_SERVER,
  },
  key_reuse: {
    user: NOT_ACCEPTED,
    helpdesk: 'A key in the answer is already known here: another certificate, another user or our own throw-away key has it.',
    next: TELL_SECURITY,
  },
  blocked_key: {
    user: NOT_ACCEPTED,
    helpdesk: 'The answer carries a key that is on this portal’s block list. The evidence says why it was blocked.',
    next: 'Don’t use this phone or app again before the security officer has looked at it. An administrator can see the block list under Settings, Attestation.',
  },
  private_key_leaked: {
    user: 'Your phone sent its secret key along. That key is blocked now. Please ask the helpdesk before you try again.',
    helpdesk: 'The answer carries a private key. Whoever saw the message has it, so the key is blocked for ever.',
    next: 'Don’t use this app again before it is mended; tell the security officer.',
  },
  inner_sig: {
    user: NOT_ACCEPTED,
    helpdesk: 'The phone did not prove that it holds the new private key.',
    next: TELL_SECURITY,
  },
  b64: {
    user: NOT_READABLE,
    helpdesk: 'The certificate request is not written in plain base64.',
    next: APP_OR_SERVER,
  },
  der: {
    user: NOT_ACCEPTED,
    helpdesk: 'The certificate request is not one strictly encoded PKCS#10; it could be read in two ways.',
    next: APP_OR_SERVER,
  },
  csr_alg: {
    user: NOT_ACCEPTED,
    helpdesk: 'The certificate request is signed with an algorithm that is not allowed, such as SHA-1.',
    next: APP_OR_SERVER,
  },
  csr_key: {
    user: NOT_ACCEPTED,
    helpdesk: 'The certificate request is for another key than the one the phone proved to hold.',
    next: TELL_SECURITY,
  },
  csr_sig: {
    user: NOT_ACCEPTED,
    helpdesk: 'The certificate request is not signed with its own key.',
    next: TELL_SECURITY,
  },
  csr_subject: {
    user: NOT_ACCEPTED,
    helpdesk: 'The certificate request names another subject than the one that was sent to the phone.',
    next: TELL_SECURITY,
  },
  csr_attr: {
    user: NOT_ACCEPTED,
    helpdesk: 'The certificate request carries attributes that nobody asked for.',
    next: TELL_SECURITY,
  },
  csr_ext: {
    user: NOT_ACCEPTED,
    helpdesk: 'The certificate request asks for certificate extensions. Only the profile decides on them.',
    next: TELL_SECURITY,
  },
  csr_challenge: {
    user: 'Your phone’s app cannot be used for this certificate. Nothing on your phone needs to be undone. Please tell the helpdesk.',
    helpdesk:
      'The phone’s app did not keep the challenge that this certificate authority wants in the certificate request. It is not documented that apps keep it.',
    next: 'Trying again will not help. An administrator can set the challenge of this authority’s connection to “none” (Settings → Connections), if the authority can go without, or ask the app’s vendor whether it keeps the attributes of a request.',
  },
  attestation_changed: {
    user: 'Your app is another one than you used before, so your phone’s answer was not accepted. Please ask the helpdesk.',
    helpdesk:
      'The answer is signed by a trusted app, but by another one than this person’s phones used for this profile so far, and not by its successor.',
    next: 'Ask which app the user has and where it came from. If the change is right, an administrator can let this profile monitor the check (Settings, Profiles) while people change over; if not, tell the security officer.',
  },
  stale_user: {
    user: 'Your details were changed while the code was waiting. Please start again to get a certificate with the new ones.',
    helpdesk: 'The user’s name or other details in the subject were changed after the offer was made.',
    next: 'Start a new enrolment; it will carry the new details.',
  },
  user_inactive: {
    user: 'Your user is not active, so no certificate was made.',
    helpdesk: 'The user was disabled after the offer was made.',
    next: 'If the user should have a certificate, have the user enabled first, then start a new enrolment.',
  },
  no_challenge: {
    user: 'The certificate could not be ordered yet. Please tell the helpdesk; nothing on your phone needs to be done.',
    helpdesk: 'The certificate authority wants a one-time challenge for each key, and none is left that can be used.',
    next: 'An administrator gets new ones from whoever runs the authority and enters them under Settings → Connections. Then start a new enrolment.',
  },
  subject_not_renderable: {
    user: 'Your details are incomplete, so the certificate could not be prepared. The helpdesk can complete them.',
    helpdesk: 'The subject could not be made from the user’s details: something is missing, too long or not allowed there.',
    next: 'Correct the details named in the enrolment, then start a new one.',
  },
  hermod_unreachable: {
    user: 'The messaging service cannot be reached just now. Please try again in a few minutes.',
    helpdesk: 'The messaging server (Hermod) could not be reached, also after several tries.',
    next: 'See the health of Hermod on the home page. When it is back, start a new enrolment or send the certificate again.',
  },
  hermod_timeout: {
    user: 'The messaging service did not answer in time. Please try again in a few minutes.',
    helpdesk: 'The messaging server (Hermod) took the connection but did not answer in time.',
    next: 'See the health of Hermod on the home page. When it answers again, start a new enrolment or send the certificate again.',
  },
  hermod_auth: {
    user: 'The messaging service is not set up correctly just now. Please tell the helpdesk.',
    helpdesk: 'The messaging server (Hermod) refused our client id and key.',
    next: 'An administrator must check HERMOD_CLIENT_ID and HERMOD_API_KEY against Hermod’s allowed clients.',
  },
  hermod_refused: {
    user: 'The messaging service did not accept the request. The helpdesk can see why.',
    helpdesk: 'The messaging server (Hermod) refused the command. Its answer is in the Exchange tab.',
    next: 'An administrator should compare the command in the Exchange tab with Hermod’s configuration.',
  },
  hermod_error: {
    user: 'The messaging service has a problem just now. Please try again in a few minutes.',
    helpdesk: 'The messaging server (Hermod) answered with an internal error, also after several tries.',
    next: 'See the health of Hermod on the home page and its own log. When it works again, start a new enrolment or send the certificate again.',
  },
  hermod_garbage: {
    user: 'The messaging service gave an answer that could not be used. The helpdesk can see why.',
    helpdesk: 'What answered at the messaging server’s address is not Hermod, or a proxy answered in its place.',
    next: 'An administrator must check HERMOD_URL and what stands between the portal and Hermod. The answer is in the Exchange tab.',
  },
  offer_expired: {
    user: 'The code was not scanned in time. Please ask for a new one.',
    helpdesk: 'Nobody scanned the code before it expired.',
    next: 'Start a new enrolment when the user has the phone at hand.',
  },
  phone_refused: {
    user: 'You, or your phone, said no to the enrolment.',
    helpdesk: 'The phone answered that it does not take the profile. Most often the user pressed Cancel or could not set a PIN.',
    next: 'Ask the user what the app showed, then start a new enrolment.',
  },
  declined: {
    user: 'Your request was declined.',
    helpdesk: 'An approver declined the enrolment. The reason is in the timeline.',
    next: 'Talk to the approver; a new enrolment asks for approval again.',
  },
  confirmation_denied: {
    user: 'You said that the phone was not yours, so no certificate was made.',
    helpdesk:
      'The phone that answered is not the user’s: the user said so, or staff on the user’s word. Somebody else may have scanned the code.',
    next: 'Treat it as an incident: tell the security officer, then start a new enrolment with the user on the line.',
  },
  confirmation_expired: {
    user: 'Nobody confirmed your phone in time, so no certificate was made. Please ask for a new code.',
    helpdesk: 'The phone answered, but nobody said in time that it was the right one.',
    next: 'Start a new enrolment. Where the user has to confirm the phone, keep the user on the line until that is done.',
  },
  release_refused: {
    user: 'The helpdesk has looked at your phone’s answer and did not accept it, so no certificate was made.',
    helpdesk: 'The answer was held for staff, and somebody decided against it. Who and why is in the timeline.',
    next: 'See in the evidence why it was held. Clear that up with the user, then start a new enrolment.',
  },
  cancelled: {
    user: 'The enrolment was cancelled. Your phone has received no certificate.',
    helpdesk: 'The enrolment was cancelled before anything was issued.',
    next: 'Nothing needs to be done. Start a new enrolment if one is wanted.',
  },
  ca_unreachable: {
    user: 'The certificate could not be made, because the certificate authority did not answer. The helpdesk can have it asked again.',
    helpdesk: 'The certificate authority could not be reached for a long time, or nobody there approved the request.',
    next: 'An administrator should check the connection, then ask the CA again. The phone has nothing to do.',
  },
  ca_refused: {
    user: 'The certificate authority did not make the certificate. The helpdesk can see why.',
    helpdesk: 'The certificate authority refused the request; what it said stands with this sentence.',
    next: 'An administrator should look at the profile at the certificate authority, then ask it again. The phone has nothing to do.',
  },
  ca_answer: {
    user: 'The certificate that was made was not right, so it was not sent to your phone.',
    helpdesk: 'The certificate authority returned a certificate with another key, subject, validity or signer than asked for.',
    next: 'Not before it is mended: an administrator must compare the profile here with the one at the certificate authority and revoke what was made there. Then ask the CA again.',
  },
  ca_validity: {
    user: 'The certificate could not be made because the certificate authority itself expires too soon.',
    helpdesk: 'The certificate would outlive its certificate authority, or the clock is wrong.',
    next: 'An administrator must renew the certificate authority or set its clock right, then ask it again. A shorter validity in the profile counts for new enrolments only.',
  },
  delivery_expired: {
    user: 'Your certificate is ready, but your phone did not fetch it in time. Open the app, and ask for it to be sent again.',
    helpdesk: 'The certificate was made, but the phone did not fetch it in time. It is not on the phone.',
    next: 'Ask the user to open the app, then send the certificate again. If the phone is lost, revoke it.',
  },
  delivery_refused: {
    user: 'Your phone did not store the certificate. Please ask the helpdesk to send it again.',
    helpdesk: 'The phone reported that it did not store the certificate. It exists, but is not on the phone.',
    next: 'Ask what the app shows, then send the certificate again. If that does not help, revoke it and start a new enrolment.',
  },
} as const satisfies Record<FailureCode, FailureText>
