import { queryOptions } from '@tanstack/react-query'
import type { ConnectionTestView } from '#lib/core/views.ts'

const EVERY_MS = 700

/** A test, asked for again until it has ended. */
export const testQuery = (id: string) =>
  queryOptions({
    queryKey: ['connection-test', id],
    queryFn: async ({ signal }): Promise<ConnectionTestView> => {
      const response = await fetch(`/api/desk/connections/tests/${id}`, { signal, cache: 'no-store' })
      if (!response.ok) throw new Error(`HTTP ${response.status}`)
      return (await response.json()) as ConnectionTestView
    },
    retry: 3,
    retryDelay: 1_000,
    refetchInterval: ({ state }) => (state.data?.finishedAt || state.status === 'error' ? false : EVERY_MS),
  })
