import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { Card, CardContent } from '#components/ui/card.tsx'
import { currentActor } from '#lib/auth/actor.ts'
import { safeNextPath } from '#lib/auth/next-path.ts'
import { authMessages as texts } from '#lib/messages/auth.ts'
import { SignInForm } from './_components/sign-in-form.tsx'

export const metadata: Metadata = { title: texts.title }

interface Props {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

export default async function SignInPage({ searchParams }: Props) {
  const next = safeNextPath((await searchParams).next)
  if (await currentActor()) redirect(next)
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center px-4 py-10">
      <div className="w-full max-w-sm space-y-5">
        <header className="space-y-1 text-center">
          <p className="font-semibold text-muted-foreground text-sm">{texts.product}</p>
          <h1 className="font-semibold text-2xl tracking-tight">{texts.title}</h1>
          <p className="text-muted-foreground text-sm">{next === '/' ? texts.intro : texts.continuing}</p>
        </header>
        <Card>
          <CardContent className="px-5 py-5">
            <SignInForm next={next} />
          </CardContent>
        </Card>
        <p className="text-center text-muted-foreground text-sm">{texts.help}</p>
      </div>
    </main>
  )
}
