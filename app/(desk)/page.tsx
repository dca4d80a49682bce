import type { Metadata } from 'next'
import { PageHeader } from '#components/ui/page-header.tsx'
import { requireGrant } from '#lib/auth/actor.ts'
import { getHome } from '#lib/data/home.ts'
import { listByHandTasks } from '#lib/data/revocation-view.ts'
import { home as words } from '#lib/messages/home.ts'
import { incidents } from '#lib/messages/incidents.ts'
import { ByHandTasks } from './_components/by-hand-tasks.tsx'
import { HealthCard } from './_components/health-card.tsx'
import { OpenIncidents } from './_components/open-incidents.tsx'
import { RecentEnrollments } from './_components/recent-enrollments.tsx'
import { Tile } from './_components/tile.tsx'

export const metadata: Metadata = { title: words.title }

export default async function HomePage() {
  const grant = await requireGrant('enrollment:read')
  const [view, tasks] = await Promise.all([getHome(grant), listByHandTasks(grant)])
  const { tiles } = words
  const { home: incidentWords } = incidents
  return (
    <>
      <PageHeader title={words.title} />
      <section aria-label={words.waiting} className="mb-4 grid grid-cols-2 gap-3 md:grid-cols-4 2xl:grid-cols-8">
        <Tile {...incidentWords.tile} value={view.incidents.total} href="/incidents" tone="destructive" icon="triangle-alert" />
        <Tile
          {...tiles.confirming}
          value={view.confirming}
          href="/enrollments?state=confirming"
          tone="warning"
          icon="hourglass"
        />
        <Tile
          {...tiles.undelivered}
          value={view.undelivered}
          href="/enrollments?state=undelivered"
          tone="warning"
          icon="triangle-alert"
        />
        <Tile {...tiles.running} value={view.running} href="/enrollments?state=running" tone="info" icon="activity" />
        <Tile
          {...tiles.failed}
          value={view.failedToday}
          href="/enrollments?state=failed&hours=24"
          tone="destructive"
          icon="circle-alert"
        />
        <Tile
          {...tiles.completed}
          value={view.completedToday}
          href="/enrollments?state=completed&hours=24"
          tone="success"
          icon="circle-check"
        />
        <Tile
          {...tiles.expiring7}
          value={view.expiring7}
          href="/certificates?status=expiring&days=7"
          tone="warning"
          icon="hourglass"
        />
        <Tile
          {...tiles.expiring30}
          value={view.expiring30}
          href="/certificates?status=expiring"
          tone="neutral"
          icon="calendar-clock"
        />
      </section>
      <OpenIncidents incidents={view.incidents} />
      <ByHandTasks tasks={tasks} />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]">
        <RecentEnrollments enrollments={view.recent} />
        <HealthCard health={view.health} orphanCallbacks={view.orphanCallbacks} />
      </div>
    </>
  )
}
