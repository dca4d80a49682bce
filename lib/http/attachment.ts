/** The header that names a file to be stored (RFC 6266): a plain ASCII name for all, and the name as people write it (RFC 8187). */
export function attachment(plain: string, title: string = plain): string {
  const ascii = plain.replace(/[^A-Za-z0-9._-]/g, '_')
  // encodeURIComponent leaves ' ( ) * ! as they are; RFC 8187 does not.
  const encoded = encodeURIComponent(title.toWellFormed()).replace(
    /['()*!]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`
}
