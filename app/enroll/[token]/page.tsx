/** A one-time link, opened. Opening it changes nothing and shows no code: mail scanners open links. */
import { authorize } from '#lib/auth/permissions.ts'
import { findLink } from '#lib/data/links.ts'
import { enroll as words } from '#lib/messages/enroll.ts'
import { findTrouble } from '#lib/workflows/find-trouble.ts'
import { toSelfView } from '../self-view.ts'
import { Message } from './_components/message.tsx'
import { SelfService } from './_components/self-service.tsx'

export default async function EnrollPage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params
  const found = await findLink(token)
  if (!found)
    return (
      <Message icon="unplug" title={words.link.unknown}>
        {words.link.unknownText}
      </Message>
    )
  const trouble = found.view.enrollment === null ? await findTrouble(authorize(found.actor, 'self:enroll')) : null
  return <SelfService token={token} initial={toSelfView(found.view, { withOffer: false })} trouble={trouble} />
}
