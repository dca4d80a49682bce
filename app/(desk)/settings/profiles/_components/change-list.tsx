import type { ProfileChange } from '#lib/core/enrollment/profile-changes.ts'
import { common } from '#lib/messages/common.ts'
import { profiles as words } from '#lib/messages/profiles.ts'

/** Field by field, what it was and what it is. */
export function ChangeList({ changes }: { changes: readonly ProfileChange[] }) {
  return (
    <dl className="divide-y rounded-md border text-sm">
      {changes.map(({ field, before, after }) => (
        <div key={field} className="px-3 py-2">
          <dt className="text-muted-foreground">{words.field(field)}</dt>
          <dd className="foreign">
            <span className="sr-only">{words.review.before}: </span>
            <del className="text-muted-foreground">{before ?? common.none}</del>
          </dd>
          <dd className="foreign">
            <span className="sr-only">{words.review.after}: </span>
            {after ?? common.none}
          </dd>
        </div>
      ))}
    </dl>
  )
}
