'use client'
/** Reads the page again whenever something of the certificate has changed: its standing, or what was found of it at the CA. */
import { useRouter } from 'next/navigation'
import { useChanges } from '#lib/live/use-changes.ts'

export function FollowCertificate({ id }: { id: string }) {
  const router = useRouter()
  useChanges(`/api/live/certificates/${id}`, () => router.refresh())
  return null
}
