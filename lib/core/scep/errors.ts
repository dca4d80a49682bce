/** What is wrong with a SCEP peer or its message. The message is a sentence for staff. */
import { CodedError } from '../errors.ts'

export type ScepErrorCode =
  /** The CA is not the one that was configured, or there is nothing to speak to it by. */
  | 'ca_unknown'
  /** A certificate of the CA's is not valid now. */
  | 'ca_expired'
  /** It offers no algorithm that may be used. */
  | 'algorithms'
  /** A message cannot be read, believed or decrypted. */
  | 'message'

export class ScepError extends CodedError<ScepErrorCode> {}
