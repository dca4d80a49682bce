'use client'
import { cn } from '#components/ui/cn.ts'
import { Icon } from '#components/ui/icon.tsx'
import { phone as text } from '#lib/messages/phone.ts'
import { PhoneButton } from './phone-button.tsx'
import { ScreenTitle } from './screen-title.tsx'
import type { WorkStep } from './use-phone.ts'

const STEPS: readonly WorkStep[] = ['keys', 'answering', 'waiting']

export function WorkingScreen({ step, onStop }: { step: WorkStep; onStop: () => void }) {
  const now = STEPS.indexOf(step)
  return (
    <>
      <ScreenTitle>{text.working.title}</ScreenTitle>
      <ol className="mt-6 space-y-4">
        {STEPS.map((name, index) => (
          <li
            key={name}
            aria-current={index === now ? 'step' : undefined}
            className={cn('flex items-center gap-3 text-lg', index > now && 'text-muted-foreground')}
          >
            {index < now ? (
              <Icon name="circle-check" className="size-6 text-success" />
            ) : index === now ? (
              <Icon name="loader-circle" className="size-6 animate-spin text-primary" />
            ) : (
              <Icon name="circle-dashed" className="size-6" />
            )}
            {text.working[name]}
            {index < now && <span className="sr-only">{text.working.stepDone}</span>}
          </li>
        ))}
      </ol>
      {step === 'waiting' && (
        <>
          <p className="mt-6 text-base text-muted-foreground">{text.working.waitingHint}</p>
          <PhoneButton variant="ghost" className="mt-auto" onClick={onStop}>
            {text.working.stop}
          </PhoneButton>
        </>
      )}
    </>
  )
}
