import { Card, CardContent } from '#components/ui/card.tsx'
import { Copyable } from '#components/ui/copyable.tsx'
import { Fact, Facts } from '#components/ui/facts.tsx'
import { AbsoluteTime } from '#components/ui/relative-time.tsx'
import type { UserView } from '#lib/core/views.ts'
import { common } from '#lib/messages/common.ts'
import { users } from '#lib/messages/users.ts'

const words = users.user

export function PersonCard({ user }: { user: UserView }) {
  const attributes = Object.entries(user.attributes)
  return (
    <Card aria-label={words.identity}>
      <CardContent>
        <Facts>
          <Fact term={words.login}>
            <Copyable value={user.userid} what={words.userid} mono={false} />
          </Fact>
          <Fact term={words.mail}>
            {user.email ? <Copyable value={user.email} what={words.email} mono={false} /> : common.none}
          </Fact>
          <Fact term={words.department}>{user.department ?? common.none}</Fact>
          <Fact term={words.attributes}>
            {attributes.map(([name, value]) => (
              <span key={name} className="foreign me-2.5 inline-block">
                <span className="text-muted-foreground text-xs">{name}</span> {value}
              </span>
            ))}
            {attributes.length === 0 && common.none}
          </Fact>
          <Fact term={words.added}>
            <AbsoluteTime at={user.createdAt} />
          </Fact>
          <Fact term={words.idTerm}>
            <Copyable value={user.id} what={words.id} className="text-muted-foreground [&_.font-mono]:text-xs" />
          </Fact>
        </Facts>
      </CardContent>
    </Card>
  )
}
