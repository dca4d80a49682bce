/** What an embedded CA gives over SCEP to whoever may ask there (scep_server.config). Never what a request asks for in its extensions. */
import { z } from 'zod'

export const scepServerConfigSchema = z.strictObject({
  validityDays: z.number().int().min(1).max(1825),
  keyUsage: z.array(z.enum(['digitalSignature', 'nonRepudiation', 'keyEncipherment', 'keyAgreement'])).min(1),
  extendedKeyUsage: z.array(z.enum(['clientAuth', 'emailProtection', 'smartcardLogon'])),
  /** Whether SHA-1, Triple-DES and DES are taken from clients. */
  legacyAlgorithms: z.boolean(),
})
export type ScepServerConfig = z.infer<typeof scepServerConfigSchema>

export const DEFAULT_SCEP_SERVER: ScepServerConfig = {
  validityDays: 365,
  keyUsage: ['digitalSignature', 'keyEncipherment'],
  extendedKeyUsage: ['clientAuth'],
  legacyAlgorithms: false,
}

/** GetCACaps (RFC 8894 §3.5.2). SHA-384 stands there because strongSwan's client asks for it before it uses AES. */
export const serverCapabilities = ({ legacyAlgorithms }: Pick<ScepServerConfig, 'legacyAlgorithms'>): string =>
  [
    'SCEPStandard',
    'POSTPKIOperation',
    'Renewal',
    'AES',
    'SHA-256',
    'SHA-384',
    'SHA-512',
    ...(legacyAlgorithms ? ['SHA-1', 'DES3'] : []),
  ]
    .map((word) => `${word}\n`)
    .join('')
