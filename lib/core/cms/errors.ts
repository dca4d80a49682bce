/** What can be wrong with a CMS message, apart from its encoding (DerError). */
import { CodedError } from '../errors.ts'

export type CmsErrorCode =
  /** A type, version or field that is not the one asked for. */
  | 'form'
  /** An algorithm that is not known, or that is too old for this peer. */
  | 'algorithm'
  /** Nobody's signature that is believed, or a wrong one. */
  | 'signature'
  /** Not for this key, or not decryptable with it: never said in more detail (RFC 3218). */
  | 'decryption'

export class CmsError extends CodedError<CmsErrorCode> {}
