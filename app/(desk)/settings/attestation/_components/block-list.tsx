'use client'
/** The block list: what stands on it and why, blocking a key, and taking one off with a reason. */
import Link from 'next/link'
import { useState } from 'react'
import { Alert } from '#components/ui/alert.tsx'
import { Badge } from '#components/ui/badge.tsx'
import { Button } from '#components/ui/button.tsx'
import { Card, CardContent, CardHeader, CardTitle } from '#components/ui/card.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '#components/ui/table.tsx'
import { attestationMessages } from '#lib/messages/attestation.ts'
import type { PolicyView } from '../read-policy.ts'
import { BlockDialog, UnblockDialog } from './block-dialogs.tsx'

const words = attestationMessages.blocked
type Row = PolicyView['blocked'][number]

export function BlockList({
  blocked,
  mayManage,
  openWith,
}: {
  blocked: readonly Row[]
  mayManage: boolean
  /** A key to block: the form opens with it. */
  openWith: string
}) {
  const [adding, setAdding] = useState(openWith !== '' && !blocked.some((row) => row.spkiSha256 === openWith))
  const [removing, setRemoving] = useState<Row>()
  const [done, setDone] = useState<string>()
  return (
    <Card id="block-list">
      <CardHeader
        actions={
          mayManage && (
            <Button size="sm" variant="outline" aria-haspopup="dialog" onClick={() => setAdding(true)}>
              {words.add}
            </Button>
          )
        }
      >
        <CardTitle>{words.title}</CardTitle>
      </CardHeader>
      <CardContent className="space-y-3">
        <p className="text-pretty text-muted-foreground text-sm">{words.text}</p>
        {done && (
          <Alert tone="success" live>
            {done}
          </Alert>
        )}
        {blocked.length === 0 && <p className="text-muted-foreground">{words.none}</p>}
      </CardContent>
      {blocked.length > 0 && (
        <Table label={words.title} fixed>
          <TableHeader>
            <tr>
              <TableHead className="w-[32%]">{words.columns.key}</TableHead>
              <TableHead>{words.columns.why}</TableHead>
              <TableHead className="w-36 max-md:hidden">{words.columns.by}</TableHead>
              {mayManage && <TableHead className="w-26" aria-label={words.remove} />}
            </tr>
          </TableHeader>
          <TableBody>
            {blocked.map((row) => (
              <TableRow key={row.spkiSha256}>
                <TableCell>
                  <span className="flex min-w-0 items-center gap-0.5">
                    <span className="foreign-line font-mono text-sm" title={row.spkiSha256}>
                      {row.spkiSha256}
                    </span>
                    <CopyButton value={row.spkiSha256} what={words.key} />
                  </span>
                  {row.enrollments.map(({ id, userName }) => (
                    <Link
                      key={id}
                      href={`/enrollments/${id}`}
                      prefetch={false}
                      className="foreign-line block text-link text-xs hover:underline"
                    >
                      {words.enrollment(userName)}
                    </Link>
                  ))}
                </TableCell>
                <TableCell>
                  {row.code === 'private_key_leaked' && (
                    <Badge tone="destructive" icon="triangle-alert">
                      {words.leaked}
                    </Badge>
                  )}
                  <span className="foreign block">{row.reason}</span>
                </TableCell>
                <TableCell className="max-md:hidden">
                  <span className="foreign-line block">{row.createdByName}</span>
                  <span className="block text-muted-foreground text-xs">
                    <RelativeTime at={row.createdAt} />
                  </span>
                </TableCell>
                {mayManage && (
                  <TableCell className="text-right">
                    {row.code === 'private_key_leaked' ? (
                      <span className="text-muted-foreground text-xs">{words.leakedStays}</span>
                    ) : (
                      <Button
                        size="sm"
                        variant="outline"
                        aria-haspopup="dialog"
                        aria-label={words.removeKey(row.spkiSha256)}
                        onClick={() => setRemoving(row)}
                      >
                        {words.remove}
                      </Button>
                    )}
                  </TableCell>
                )}
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
      {adding && <BlockDialog initial={openWith} onClose={() => setAdding(false)} onDone={(n) => setDone(words.done(n))} />}
      {removing && <UnblockDialog row={removing} onClose={() => setRemoving(undefined)} />}
    </Card>
  )
}
