'use client'
import { AbsoluteTime } from '#components/ui/relative-time.tsx'
import { enroll } from '#lib/messages/enroll.ts'
import type { Trouble } from '#lib/workflows/find-trouble.ts'
import type { SelfView } from '../../self-view.ts'
import { BigButton } from './big-button.tsx'
import { Fact } from './fact.tsx'
import { Headline } from './message.tsx'

const words = enroll.welcome

export function Welcome({
  view,
  busy,
  trouble,
  onStart,
}: {
  view: SelfView
  busy: boolean
  trouble: Trouble | null
  onStart: () => void
}) {
  return (
    <div className="space-y-6">
      <Headline>{words.title}</Headline>
      <dl className="divide-y rounded-lg border bg-card px-4">
        <Fact term={words.who}>
          <bdi className="foreign block font-semibold text-xl">{view.userName}</bdi>
          <span className="foreign text-base text-muted-foreground">{view.userid}</span>
        </Fact>
        <Fact term={words.what}>
          {view.profileTitle}
          <span className="foreign block text-base text-muted-foreground">{view.servername}</span>
        </Fact>
        <Fact term={words.subject}>
          <bdi className="foreign block text-base">{view.subject}</bdi>
        </Fact>
      </dl>
      <p className="text-pretty">{words.need}</p>
      {trouble === null ? (
        <BigButton busy={busy} onClick={onStart}>
          {words.start}
        </BigButton>
      ) : (
        <div className="space-y-4">
          <p role="alert" className="rounded-md border border-warning/40 bg-warning-soft px-4 py-3 text-base">
            {words.trouble[trouble]}
          </p>
          <BigButton busy={busy} onClick={() => window.location.reload()}>
            {words.lookAgain}
          </BigButton>
        </div>
      )}
      <div className="space-y-1 text-base text-muted-foreground">
        <p>{words.notYou}</p>
        <p>
          {words.until} <AbsoluteTime at={view.expiresAt} full />
        </p>
      </div>
    </div>
  )
}
