/**
 * Text from outside on its way into PostgreSQL, which takes neither NUL in text nor lone surrogates in jsonb: replaced by U+FFFD, so that
 * no message can make its own storing fail. The exact bytes are in callback.body.
 */

export const storableText = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd')

/** JSON text for a jsonb column. */
export const storableJson = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'string' ? storableText(inner) : inner))
