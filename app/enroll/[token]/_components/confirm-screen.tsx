'use client'
/** "Is this your phone?": what the phone said of itself, large, and two answers. Where staff decide, only the no is the person's. */
import { enroll } from '#lib/messages/enroll.ts'
import type { SelfView } from '../../self-view.ts'
import { BigButton } from './big-button.tsx'
import { Fact } from './fact.tsx'
import { Headline } from './message.tsx'

const words = enroll.confirming

export function ConfirmScreen({
  enrollment,
  busy,
  onSay,
}: {
  enrollment: NonNullable<SelfView['enrollment']>
  busy: boolean
  onSay: (theirs: boolean) => void
}) {
  const { phone, confirmation } = enrollment
  const mine = confirmation?.by === 'user'
  return (
    <div className="space-y-6">
      <Headline>{mine ? words.title : words.titleStaff}</Headline>
      <dl className="divide-y rounded-lg border bg-card px-4">
        {phone && (
          <Fact term={words.phone}>
            <bdi className="foreign block font-semibold text-xl">{phone.name}</bdi>
            <span className="text-base text-muted-foreground">
              <bdi className="foreign">{phone.model}</bdi>
              {phone.model && phone.operatingsystem && ' · '}
              <bdi className="foreign">{phone.operatingsystem}</bdi>
            </span>
          </Fact>
        )}
        {confirmation && (
          <Fact term={words.subject}>
            <bdi className="foreign block text-base">{confirmation.csrSubject}</bdi>
          </Fact>
        )}
      </dl>
      <p className="text-pretty">{mine ? words.text : words.textStaff}</p>
      <p className="text-pretty">{words.warning}</p>
      <div className="flex flex-col gap-3 sm:flex-row">
        {mine && (
          <BigButton busy={busy} onClick={() => onSay(true)}>
            {words.yes}
          </BigButton>
        )}
        <BigButton quiet busy={busy} onClick={() => onSay(false)}>
          {words.no}
        </BigButton>
      </div>
    </div>
  )
}
