'use client'
/** The training phone: one screen at a time in a drawn device, the trainer's switches beside it. */
import { Icon } from '#components/ui/icon.tsx'
import { phone as text } from '#lib/messages/phone.ts'
import { HomeScreen } from './home-screen.tsx'
import { OfferScreen } from './offer-screen.tsx'
import { PhoneFrame } from './phone-frame.tsx'
import { PinScreen } from './pin-screen.tsx'
import { EndScreen, ProfileScreen, StoredScreen } from './result-screens.tsx'
import { ScanScreen } from './scan-screen.tsx'
import { ScreenTitle } from './screen-title.tsx'
import { TrainerPanel } from './trainer-panel.tsx'
import { type Phone, type Screen, usePhone } from './use-phone.ts'
import { WorkingScreen } from './working-screen.tsx'

/** What a screen reader is told when the screen changes by itself. */
function statusOf(screen: Screen): string {
  switch (screen.name) {
    case 'opening':
      return text.opening.status
    case 'offer':
      return text.offer.status
    case 'working':
      return `${text.working[screen.step]}.`
    case 'stored':
      return text.stored.status(screen.profile.certificates.length)
    case 'ended':
      return text.ended[screen.how].title
    case 'problem':
      return screen.sentence
    default:
      return ''
  }
}

function CurrentScreen({ phone }: { phone: Phone }) {
  const { screen, setScreen, goHome } = phone
  switch (screen.name) {
    case 'home':
      return <HomeScreen phone={phone} />
    case 'scan':
      return <ScanScreen onOffer={phone.open} onBack={goHome} />
    case 'opening':
      return (
        <div className="flex flex-1 flex-col items-center justify-center gap-3">
          <Icon name="loader-circle" className="size-8 animate-spin text-primary" />
          <ScreenTitle>{text.opening.title}</ScreenTitle>
        </div>
      )
    case 'offer':
      return (
        <OfferScreen
          offer={screen.offer}
          supported={phone.trainer.supported}
          onContinue={() => setScreen({ name: 'pin', offer: screen.offer })}
          onRefuse={() => phone.refuse(screen.offer)}
        />
      )
    case 'pin':
      return <PinScreen onConfirm={() => phone.confirmPin(screen.offer)} />
    case 'working':
      return <WorkingScreen step={screen.step} onStop={goHome} />
    case 'stored':
      return <StoredScreen profile={screen.profile} told={screen.told} alarm={screen.alarm} onDone={goHome} />
    case 'profile':
      return <ProfileScreen profile={screen.profile} onBack={goHome} onRemove={() => phone.remove(screen.profile)} />
    case 'ended':
      return <EndScreen icon="circle-slash" {...endTexts(screen.how)} onDone={goHome} />
    case 'problem':
      return <EndScreen icon="circle-alert" title={text.problem.title} sentence={screen.sentence} onDone={goHome} />
  }
}

const endTexts = (how: 'refused' | 'left' | 'notKept' | 'asExpected') => ({
  title: text.ended[how].title,
  sentence: text.ended[how].text,
})

export function TrainingPhone({ simulatorUrl }: { simulatorUrl: string }) {
  const phone = usePhone(simulatorUrl)
  return (
    <div className="flex min-h-dvh flex-col sm:flex-row sm:flex-wrap sm:items-start sm:justify-center sm:gap-6 sm:bg-muted sm:px-4 sm:py-8">
      <PhoneFrame status={statusOf(phone.screen)}>
        <CurrentScreen phone={phone} />
      </PhoneFrame>
      <aside aria-label={text.trainer.title} className="sm:w-80">
        <p className="hidden pb-4 text-muted-foreground text-sm sm:block">{text.about}</p>
        <TrainerPanel trainer={phone.trainer} simulatorUrl={simulatorUrl} />
      </aside>
    </div>
  )
}
