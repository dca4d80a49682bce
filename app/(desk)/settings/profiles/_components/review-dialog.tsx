'use client'
/** The last look before a profile is saved: what becomes different, and what may surprise somebody. */
import type { ReactNode } from 'react'
import { Alert } from '#components/ui/alert.tsx'
import { Button } from '#components/ui/button.tsx'
import { Dialog, DialogFooter } from '#components/ui/dialog.tsx'
import { SubmitButton } from '#components/ui/submit-button.tsx'
import { profiles } from '#lib/messages/profiles.ts'
import type { ProfileReview } from '#lib/workflows/save-profile.ts'
import { ChangeList } from './change-list.tsx'

const words = profiles.review

export function ReviewDialog({
  review,
  title,
  isNew,
  busy,
  onBack,
  onSave,
  rehearsal,
  held = false,
}: {
  /** Null: closed. */
  review: ProfileReview | null
  title: string
  isNew: boolean
  busy: boolean
  onBack: () => void
  onSave: () => void
  /** What stored answers would come to under the changed profile; stands between the changes and the button. */
  rehearsal?: ReactNode
  /** True until the rehearsal has been seen. */
  held?: boolean
}) {
  const nothing = !isNew && review?.changes.length === 0
  return (
    <Dialog
      open={review !== null}
      onClose={onBack}
      busy={busy}
      wide
      title={isNew ? words.createTitle(title) : words.title(title)}
    >
      {review && (
        <div className="space-y-4">
          {nothing && <p>{words.nothing}</p>}
          {review.changes.length > 0 && (
            <section>
              <h3 className="mb-1.5 font-medium text-sm">{words.changes}</h3>
              <ChangeList changes={review.changes} />
            </section>
          )}
          {review.warnings.length > 0 && (
            <Alert tone="warning" title={words.warnings}>
              <ul className="list-disc space-y-1 pl-4">
                {review.warnings.map(({ path, text }) => (
                  <li key={`${path} ${text}`}>{text}</li>
                ))}
              </ul>
            </Alert>
          )}
          {rehearsal}
          {!nothing && (
            <p className="text-muted-foreground text-sm">
              {isNew
                ? words.created
                : review.nextVersion === null
                  ? words.onlyTitle
                  : words.next(review.nextVersion, review.running)}
            </p>
          )}
          <DialogFooter>
            <Button variant="outline" onClick={onBack} disabled={busy}>
              {words.back}
            </Button>
            {!nothing && (
              <SubmitButton type="button" pending={busy} disabled={held} onClick={onSave}>
                {isNew ? words.create : words.confirm(review.nextVersion)}
              </SubmitButton>
            )}
          </DialogFooter>
        </div>
      )}
    </Dialog>
  )
}
