/**
 * Reading an enrolment from the browser, for react-query. An answer that is older than what is shown (a slow one that was overtaken) is
 * not taken: the row's version counts every change.
 */
import { type QueryClient, queryOptions } from '@tanstack/react-query'
import type { EnrollmentView, ExchangeMessage } from '#lib/core/views.ts'

/** The portal answered, but not with what was asked for. */
export class ReadError extends Error {
  readonly status: number
  constructor(status: number) {
    super(`HTTP ${status}`)
    this.status = status
  }
}

async function readJson<T>(path: string, signal: AbortSignal): Promise<T> {
  const response = await fetch(path, { signal, cache: 'no-store', headers: { accept: 'application/json' } })
  if (!response.ok) throw new ReadError(response.status)
  return (await response.json()) as T
}

export const enrollmentQuery = (client: QueryClient, id: string) =>
  queryOptions({
    queryKey: ['enrollment', id],
    queryFn: async ({ signal }) => {
      const fresh = await readJson<EnrollmentView>(`/api/desk/enrollments/${id}`, signal)
      const known = client.getQueryData<EnrollmentView>(['enrollment', id])
      return known && known.version > fresh.version ? known : fresh
    },
    retry: (count, error) => count < 2 && !(error instanceof ReadError && error.status < 500),
    retryDelay: 800,
    refetchOnWindowFocus: 'always',
  })

/** `version` is part of the key: a new state has new messages. */
export const exchangeQuery = (id: string, version: number) =>
  queryOptions({
    queryKey: ['enrollment', id, 'exchange', version],
    queryFn: async ({ signal }) =>
      (await readJson<{ messages: ExchangeMessage[] }>(`/enrollments/${id}/exchange`, signal)).messages,
    staleTime: 5_000,
  })
