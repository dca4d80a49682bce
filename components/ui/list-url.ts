/**
 * The address of a list: search, filters, sort and page, each left out where it has its default. Any change but of the page goes back to
 * page 1. Pure, for server and client.
 */
export type ListParams = Readonly<Record<string, string | number | undefined | null>>

export function listUrl(path: string, params: ListParams, change: ListParams = {}): string {
  const search = new URLSearchParams()
  const merged = { ...params, ...('page' in change ? {} : { page: undefined }), ...change }
  for (const [name, value] of Object.entries(merged)) {
    if (value === undefined || value === null || value === '' || (name === 'page' && Number(value) === 1)) continue
    search.set(name, String(value))
  }
  const query = search.toString()
  return query ? `${path}?${query}` : path
}
