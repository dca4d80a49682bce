/** What goes wrong inside an issuer on our side. What a CA answers is not an error but an `IssuanceResult` (port.ts). */
import { CodedError } from '#lib/core/errors.ts'

export type IssuerErrorCode =
  /** CA_KEY_PASSPHRASE is not the one the keys were sealed with. */
  | 'wrong_passphrase'
  /** A sealed key does not have the form we write. */
  | 'sealed_damaged'
  /** The issuer has no certificate yet: the first start has not come so far. */
  | 'not_ready'
  /** Stored certificate, chain and key do not belong together. */
  | 'inconsistent'
  /** A credential was entered for another address, or the row is damaged: it must be entered again. */
  | 'credential_unreadable'
  /** A credential that the configuration needs was never entered. */
  | 'credential_missing'
  /** The stored configuration is not of its kind's form. */
  | 'config'
  /** An exported CA cannot be read, or does not belong here. */
  | 'export'
  /** The issuer's kind is not built in. */
  | 'unsupported'

export class IssuerError extends CodedError<IssuerErrorCode> {}
