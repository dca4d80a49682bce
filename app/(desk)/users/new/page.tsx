import type { Metadata } from 'next'
import { Card, CardContent } from '#components/ui/card.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { requireGrant } from '#lib/auth/actor.ts'
import { users as words } from '#lib/messages/users.ts'
import { NewUserForm } from '../_components/new-user-form.tsx'

export const metadata: Metadata = { title: words.form.title }

export default async function NewUserPage() {
  await requireGrant('user:manage')
  return (
    <div className="max-w-2xl">
      <PageHeader title={words.form.title} parent={{ href: '/users', title: words.title }}>
        {words.form.intro}
      </PageHeader>
      <Card>
        <CardContent className="py-4">
          <NewUserForm />
        </CardContent>
      </Card>
    </div>
  )
}
