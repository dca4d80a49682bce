/**
 * The checks of an answer, for people: what each is for and why it matters. Order is the order of checking (design note hostile-inputs).
 * Who acts hangs on what was found, not on the check (lib/messages/evidence-findings.ts). No code hangs on the words, so pages may import
 * this file in the browser.
 */
import type { CheckGroup, CheckId } from '../evidence.ts'

export interface CheckDescription {
  group: CheckGroup
  /** One plain sentence without a full stop, which says its subject: it is read alone too, in a filtered list or on the enrolment's page. */
  title: string
  /** What it defends against. */
  why: string
}

export const CHECK_DESCRIPTIONS: Record<CheckId, CheckDescription> = {
  C1: {
    group: 'envelope',
    title: 'The callback came with the right credentials and size',
    why: 'Anybody on the network can post to the callback address; only the messaging server knows the credentials.',
  },
  C2: {
    group: 'envelope',
    title: 'The message is JSON that can be read in one way only',
    why: 'Duplicate members or broken text let two programs read two different messages.',
  },
  C3: {
    group: 'envelope',
    title: 'The message has the documented shape',
    why: 'A message of another form could make the portal do what nobody meant it to do.',
  },
  C4: {
    group: 'envelope',
    title: 'The message answers the command we sent',
    why: 'An answer to another command must never move this enrolment.',
  },
  C5: {
    group: 'envelope',
    title: 'The offer was still open',
    why: 'An offer works once and for minutes; what comes later is not acted on.',
  },
  C6: {
    group: 'envelope',
    title: 'The phone and the messaging server report success',
    why: 'Only state COMPLETED with status 200 and code 0 is documented as success.',
  },
  C7: {
    group: 'outer_signature',
    title: 'The answer is one well-formed signed message',
    why: 'A signed message that can be spelt in several ways can be replayed or misread.',
  },
  C8: {
    group: 'outer_signature',
    title: 'The answer’s header holds only what the protocol allows',
    why: 'Header fields can point at other keys or switch rules off.',
  },
  C9: {
    group: 'outer_signature',
    title: 'The answer is signed with the algorithm we asked for',
    why: 'Letting the message choose its algorithm lets the sender choose “none”.',
  },
  C10: {
    group: 'outer_signature',
    title: 'The key that the answer names is sound and one that we trust',
    why: 'A weak key can be used by anybody, and a key is not trusted because a message carries it.',
  },
  C11: {
    group: 'outer_signature',
    title: 'A trusted app signed exactly this answer',
    why: 'Without this signature anybody could have written the answer.',
  },
  C12: {
    group: 'binding',
    title: 'The answer carries the one-time number of this offer',
    why: 'Shows that the answer was made for this offer and is no copy of another.',
  },
  C13: {
    group: 'binding',
    title: 'The app talked to our messaging server',
    why: 'Another host name would mean that somebody stood between the phone and the server.',
  },
  C14: {
    group: 'binding',
    title: 'The app saw the expected server certificate',
    why: 'Another certificate would mean that somebody listened between the phone and the server.',
  },
  C15: {
    group: 'binding',
    title: 'User, server and profile are the ones we asked for',
    why: 'A certificate must not end up with another person or in another profile.',
  },
  C16: {
    group: 'binding',
    title: 'Exactly the keys we asked for are in the answer',
    why: 'A missing, extra or doubled key would mean certificates nobody asked for.',
  },
  C17: {
    group: 'keys',
    title: 'Each key comes in a well-formed signed message for this offer',
    why: 'Binds every single key to this offer and to its name.',
  },
  C18: {
    group: 'keys',
    title: 'Each key is new, sound and of the kind we asked for',
    why: 'Weak, known or shared keys can be used by others.',
  },
  C19: {
    group: 'keys',
    title: 'The phone holds the private key',
    why: 'The key signs its own message; whoever cannot do that does not have it.',
  },
  C20: {
    group: 'csr',
    title: 'The certificate request is a PKCS #10 that can be read in one way only',
    why: 'A request that can be read in two ways could show one subject here and another to the CA.',
  },
  C21: {
    group: 'csr',
    title: 'The certificate request is for the phone’s new key, with an allowed signature algorithm',
    why: 'The certificate must be for the key the phone proved to hold, not for the throw-away key we sent.',
  },
  C22: {
    group: 'csr',
    title: 'The certificate request is signed with the new key itself',
    why: 'Second proof, over the subject itself, that the phone holds the key.',
  },
  C23: {
    group: 'csr',
    title: 'The requested subject is byte for byte what we sent, with nothing added',
    why: 'The subject names the person; extensions asked for by a phone are never wanted. A challenge for the CA, where one was sent, must come back as it was.',
  },
  C24: {
    group: 'policy',
    title: 'The app’s attestation key agrees with this person’s earlier phones',
    why: 'An app that was updated brings a successor of its key; another app in a person’s hands is refused, or held until somebody has looked.',
  },
  C25: {
    group: 'policy',
    title: 'The user is active and unchanged since the offer',
    why: 'People leave and change names while a code waits to be scanned.',
  },
}
