import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { requireGrant } from '#lib/auth/actor.ts'
import { may } from '#lib/auth/permissions.ts'
import { getEnrollment } from '#lib/data/enrollments.ts'
import { webEnv } from '#lib/env.ts'
import { headlineOf, enrollments as words } from '#lib/messages/enrollments.ts'
import { LiveEnrollment } from './_components/live-enrollment.tsx'

interface Props {
  params: Promise<{ id: string }>
}

/** Read once for title and page. */
const readEnrollment = cache(async (id: string) => getEnrollment(await requireGrant('enrollment:read'), id))

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const view = await readEnrollment((await params).id)
  if (!view) return { title: words.tabs.notFound }
  return { title: words.live.titleIncludes(headlineOf(view.state, view.failure?.code ?? null, view.keys.length), view.user.name) }
}

export default async function EnrollmentPage({ params }: Props) {
  const { id } = await params
  const [grant, view] = await Promise.all([requireGrant('enrollment:read'), readEnrollment(id)])
  if (!view) notFound()
  return (
    <LiveEnrollment
      key={view.id}
      initial={view}
      mayManage={may(grant.actor, 'enrollment:manage')}
      trainingPhone={webEnv().simulatorUrl !== null}
    />
  )
}
