'use client'
/** Timeline · Evidence · Exchange · Certificate, in every state. The heavier ones are loaded when somebody opens them. */
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { useSearchParams } from 'next/navigation'
import { EnrollmentTimeline } from '#components/enrollment/timeline.tsx'
import { UrlTabs } from '#components/enrollment/url-tabs.tsx'
import { Alert } from '#components/ui/alert.tsx'
import { Card } from '#components/ui/card.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { isTerminal } from '#lib/core/enrollment/state.ts'
import type { EnrollmentView } from '#lib/core/views.ts'
import { enrollments as words } from '#lib/messages/enrollments.ts'
import { exchangeQuery } from '../../queries.ts'

const loading = () => <Skeleton className="h-40 w-full" />
const EvidencePage = dynamic(() => import('#components/enrollment/evidence-page.tsx').then((module) => module.EvidencePage), {
  loading,
})
const CertificatePanel = dynamic(
  () => import('#components/enrollment/certificate-panel.tsx').then((module) => module.CertificatePanel),
  { loading },
)
const ExchangeViewer = dynamic(
  () => import('#components/enrollment/exchange-viewer.tsx').then((module) => module.ExchangeViewer),
  { loading },
)

const TABS = ['timeline', 'evidence', 'exchange', 'certificate'] as const
type TabName = (typeof TABS)[number]

/** Where somebody who just came most likely wants to look. */
const defaultTab = (view: EnrollmentView): TabName => (view.state === 'rejected' ? 'evidence' : 'timeline')

export function EnrollmentDetail({ view }: { view: EnrollmentView }) {
  const chosen = useSearchParams().get('tab')
  const tab = TABS.find((name) => name === chosen) ?? defaultTab(view)
  const choose = (name: TabName) => {
    const url = new URL(window.location.href)
    url.searchParams.set('tab', name)
    window.history.replaceState(null, '', url)
  }
  return (
    <Card className="mt-4 min-w-0">
      <UrlTabs
        label={words.tabs.label}
        value={tab}
        onChange={choose}
        tabs={TABS.map((name) => ({ name, title: words.tabs[name] }))}
      >
        {tab === 'timeline' && <EnrollmentTimeline entries={view.timeline} />}
        {tab === 'evidence' && <Evidence view={view} />}
        {tab === 'exchange' && <Exchange view={view} />}
        {tab === 'certificate' && <Certificates view={view} />}
      </UrlTabs>
    </Card>
  )
}

function Evidence({ view }: { view: EnrollmentView }) {
  const { data, isError } = useQuery({ ...exchangeQuery(view.id, view.version), enabled: view.evidence !== null })
  if (view.evidence) return <EvidencePage view={view} evidence={view.evidence} messages={isError ? 'failed' : (data ?? null)} />
  return (
    <EmptyState icon="list-checks" title={words.noEvidence.title}>
      {isTerminal(view.state) ? words.noEvidence.ended : words.noEvidence.text}
    </EmptyState>
  )
}

function Exchange({ view }: { view: EnrollmentView }) {
  const { data, isError } = useQuery(exchangeQuery(view.id, view.version))
  if (isError) return <Alert tone="destructive">{words.noMessages.failed}</Alert>
  if (!data) return loading()
  if (data.length === 0)
    return (
      <EmptyState icon="scroll-text" title={words.noMessages.title}>
        {words.noMessages.text}
      </EmptyState>
    )
  return <ExchangeViewer messages={data} />
}

function Certificates({ view }: { view: EnrollmentView }) {
  if (view.certificates.length === 0)
    return (
      <EmptyState icon="badge-check" title={words.noCertificate.title}>
        {isTerminal(view.state) ? words.noCertificate.ended : words.noCertificate.text}
      </EmptyState>
    )
  return (
    <div className="space-y-4">
      {view.certificates.map((certificate) => (
        <CertificatePanel key={certificate.id} certificate={certificate} />
      ))}
    </div>
  )
}
