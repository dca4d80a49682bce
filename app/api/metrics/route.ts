/** Prometheus metrics, for a token of role admin or auditor. Numbers only: no names, no ids. */
import { defineMethods, defineRoute } from '#lib/auth/api-route.ts'
import { type OperationNumbers, readNumbers } from '#lib/data/operation.ts'
import { type MetricFamily, PROMETHEUS_TYPE, prometheusText } from '#lib/http/prometheus.ts'
import { streamCount } from '#lib/live/hub.ts'

const numberAt = (value: unknown, path: readonly string[]): number => {
  const found = path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    value,
  )
  return typeof found === 'number' ? found : 0
}

function families(numbers: OperationNumbers): MetricFamily[] {
  const by = (label: string, rows: readonly { n: number }[], key: (row: never) => string) =>
    rows.map((row) => ({ labels: { [label]: key(row as never) }, value: row.n }))
  // Every worker looks at the same queue; the largest of what they saw is the latest trouble.
  const jobs = (name: string) => Math.max(0, ...numbers.workerHealth.map((health) => numberAt(health, ['jobs', name])))
  return [
    { name: 'certdesk_enrollments', help: 'Enrolments by state.', type: 'gauge', samples: by('state', numbers.enrollments, (r: { state: string }) => r.state) },
    { name: 'certdesk_callbacks', help: 'Callbacks kept, by what came of them.', type: 'gauge', samples: by('state', numbers.callbacks, (r: { state: string }) => r.state) },
    { name: 'certdesk_certificates', help: 'Certificates by status.', type: 'gauge', samples: by('status', numbers.certificates, (r: { status: string }) => r.status) },
    { name: 'certdesk_processes', help: 'Processes seen within 15 s.', type: 'gauge', samples: by('kind', numbers.processes, (r: { kind: string }) => r.kind) },
    { name: 'certdesk_jobs_waiting', help: 'Jobs that are due and not begun, as the workers saw it.', type: 'gauge', samples: [{ value: jobs('waiting') }] },
    { name: 'certdesk_jobs_failing', help: 'Jobs that failed and will be tried again, as the workers saw it.', type: 'gauge', samples: [{ value: jobs('failing') }] },
    { name: 'certdesk_streams', help: 'Live streams open in this process.', type: 'gauge', samples: [{ value: streamCount() }] },
    { name: 'certdesk_process_resident_bytes', help: 'Memory of this process.', type: 'gauge', samples: [{ value: process.memoryUsage.rss() }] },
  ] // biome-ignore format: a table
}

export const { GET, POST, PUT, PATCH, DELETE } = defineMethods({
  GET: defineRoute({ permission: 'operation:read' }, async ({ grant }) => {
    const text = prometheusText(families(await readNumbers(grant)))
    return new Response(text, { headers: { 'content-type': PROMETHEUS_TYPE, 'cache-control': 'no-store' } })
  }),
})
