/** What the checks came to, in one line. */
import { Icon } from '#components/ui/icon.tsx'
import type { EnrollmentView } from '#lib/core/views.ts'
import { enrollments as words } from '#lib/messages/enrollments.ts'

export function ChecksSummary({ evidence }: { evidence: NonNullable<EnrollmentView['evidence']> }) {
  const count = (outcome: string) => evidence.checks.filter((check) => check.outcome === outcome).length
  const [failed, notes, passed] = [count('fail'), count('warn'), count('pass')]
  const good = evidence.verdict === 'passed'
  return (
    <p className={`flex items-center gap-2 font-medium ${good ? 'text-success' : 'text-destructive'}`}>
      <Icon name={good ? 'shield-check' : 'shield-x'} />
      {!good
        ? words.checks.failed(failed)
        : notes > 0
          ? words.checks.passedWithNotes(passed, notes)
          : words.checks.passed(passed)}
    </p>
  )
}
