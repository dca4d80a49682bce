/** 128 random bits for one press of a button: pressed twice, or sent twice, it is still one enrolment. Works without a secure context. */
export const newIdempotencyKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (octet) => octet.toString(16).padStart(2, '0')).join('')
