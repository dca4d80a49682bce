/** Words of SCEP (RFC 8894): message types, statuses, failures. */

/** §3.2.1.2. Values 14–16 and 18 were drafts' (GetCertInitial is 20, UpdateReq 18) and are nobody's now. */
export const MESSAGE_TYPES = {
  CertRep: '3',
  RenewalReq: '17',
  PKCSReq: '19',
  CertPoll: '20',
  GetCert: '21',
  GetCRL: '22',
} as const
export type MessageType = keyof typeof MESSAGE_TYPES

export const messageTypeName = (value: string): MessageType | null =>
  (Object.keys(MESSAGE_TYPES) as MessageType[]).find((name) => MESSAGE_TYPES[name] === value) ?? null

/** §3.2.1.3 */
export const PKI_STATUSES = { SUCCESS: '0', FAILURE: '2', PENDING: '3' } as const

/** §3.2.1.4: what the CA says, in words, and who has to do something about it. */
export const FAIL_INFOS = {
  badAlg: {
    value: '0',
    text: 'it does not take the algorithms of the request',
    who: 'an administrator, in this CA’s connection',
  },
  badMessageCheck: {
    value: '1',
    text: 'it could not check the signature of the request, or does not know who signed it',
    who: 'the CA’s operator, who must register the signer here as a registration authority',
  },
  badRequest: {
    value: '2',
    text: 'it does not allow this request',
    who: 'the CA’s operator, who can see the reason in the CA’s log (a challenge, the signer, the subject or a certificate that exists already)',
  },
  badTime: { value: '3', text: 'the time of the request is too far from its own', who: 'an administrator: compare the clocks' },
  badCertId: {
    value: '4',
    text: 'it knows no certificate or transaction of this name',
    who: 'the CA’s operator, who can look for the transaction',
  },
} as const
export type FailInfo = keyof typeof FAIL_INFOS

export const failInfoName = (value: string): FailInfo | null =>
  (Object.keys(FAIL_INFOS) as FailInfo[]).find((name) => FAIL_INFOS[name].value === value) ?? null

/** §3.2.1.5: "a 16-byte random value". */
export const NONCE_BYTES = 16

/** Longest transactionID that is read; ours have 40 characters. */
export const MAX_TRANSACTION_ID = 256
