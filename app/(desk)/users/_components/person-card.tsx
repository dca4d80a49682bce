import { Card, CardContent } from '#components/ui/card.tsx'
import { Copyable } from '#components/ui/copyable.tsx'
import { Description, DescriptionList } from '#components/ui/description-list.tsx'
import { AbsoluteTime } from '#components/ui/relative-time.tsx'
import type { UserView } from '#lib/core/views.ts'
import { common } from '#lib/messages/common.ts'
import { users } from '#lib/messages/users.ts'

const words = users.user

export function PersonCard({ user }: { user: UserView }) {
  const attributes = Object.entries(user.attributes)
  return (
    <Card aria-label={words.identity}>
      <CardContent className="grid gap-x-8 gap-y-2 md:grid-cols-2">
        <DescriptionList className="content-start">
          <Description term={words.login}>
            <Copyable value={user.userid} what={words.userid} mono={false} />
          </Description>
          <Description term={words.mail}>
            {user.email ? <Copyable value={user.email} what={words.email} mono={false} /> : common.none}
          </Description>
          <Description term={words.department}>{user.department ?? common.none}</Description>
        </DescriptionList>
        <DescriptionList className="content-start">
          {attributes.length > 0 && (
            <Description term={words.attributes}>
              {attributes.map(([name, value]) => (
                <span key={name} className="foreign me-3 inline-block">
                  <span className="text-muted-foreground text-sm">{name}</span> {value}
                </span>
              ))}
            </Description>
          )}
          <Description term={words.added}>
            <AbsoluteTime at={user.createdAt} />
          </Description>
          <Description term="ID">
            <Copyable value={user.id} what={words.id} className="text-muted-foreground" />
          </Description>
        </DescriptionList>
      </CardContent>
    </Card>
  )
}
