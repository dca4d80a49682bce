/** PEM public keys (RFC 7468 section 13), as the portal publishes those of its bundles. Other PEM blocks are passed over. */
import type { Bytes } from '../asn1/der.ts'

const BLOCK = /-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----/g

/** SubjectPublicKeyInfos, in their order. */
export const readPublicKeys = (text: string): Bytes[] =>
  [...text.matchAll(BLOCK)].map(([, base64 = '']) => Buffer.from(base64.replace(/\s/g, ''), 'base64'))
