/** Words of the page of the attestation policy and of its workflows. */
export const attestationMessages = {
  errors: {
    note: 'Say in a few words why you change it.',
    reason: 'Say in a few words why.',
    overtaken: 'Somebody has changed the attestation policy meanwhile. Load the page again and repeat your change.',
    unchanged: 'Nothing is changed, so there is nothing to save.',
    rehearse: 'Rehearse exactly this change first; its result is what you decide on.',
    noKey:
      'This names no key: give the SHA-256 of its SubjectPublicKeyInfo (64 hexadecimal digits), the thumbprint of a configured attestation key, or the id of an enrolment whose keys are meant.',
    blockedBefore: 'It is on the block list already.',
    notBlocked: 'It is not on the block list.',
    pin: 'A value is 32 bytes in base64, e.g. 44 characters that end with “=”.',
    keySet: 'Letters, digits, “_”, “.” and “-”; at most 64.',
  },
} as const
