/**
 * Strict base64 and base64url (RFC 4648 sections 3.5, 4, 5). Node's decoder skips what it does not know and takes either alphabet;
 * here the only accepted text of some bytes is the one text that encoding them gives: no other alphabet, padding, whitespace or
 * trailing bits. So one value has one spelling and a signature cannot be replayed under another.
 */

/** Bytes of unpadded base64url, or null. The empty text is no bytes. */
export function decodeBase64Url(text: string): Buffer<ArrayBuffer> | null {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : null
}

/** Bytes of padded standard base64 on one line, or null. */
export function decodeBase64(text: string): Buffer<ArrayBuffer> | null {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : null
}
