/** The training phone. It exists only where the messaging simulator runs, and needs no sign-in: it holds nothing of the portal's. */
import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { webEnv } from '#lib/env.ts'
import { phone } from '#lib/messages/phone.ts'
import { TrainingPhone } from './_components/training-phone.tsx'

export const metadata: Metadata = { title: phone.title }

export default function PhonePage() {
  const { simulatorUrl } = webEnv()
  if (!simulatorUrl) notFound()
  return <TrainingPhone simulatorUrl={simulatorUrl} />
}
