'use client'
/** The key sets by name: the file's keys, which are changed in the file, and imported ones. What is not saved yet is marked. */
import { lazy, type ReactNode, Suspense, useState } from 'react'
import { Badge } from '#components/ui/badge.tsx'
import { Button } from '#components/ui/button.tsx'
import { Card, CardContent, CardHeader, CardTitle } from '#components/ui/card.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { AbsoluteTime } from '#components/ui/relative-time.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '#components/ui/table.tsx'
import type { ImportedKey, PolicyDraft } from '#lib/core/enrollment/attestation-policy.ts'
import { attestationMessages } from '#lib/messages/attestation.ts'
import type { KeyFacts, PolicyView } from '../read-policy.ts'
import type { NewKey } from './policy-editor.tsx'

const KeyDialog = lazy(() => import('./key-dialog.tsx'))
const words = attestationMessages.sets

interface Props {
  draft: PolicyDraft
  saved: PolicyDraft
  fileKeys: PolicyView['fileKeys']
  facts: PolicyView['facts']
  mayManage: boolean
  onPut: (key: NewKey) => void
  onRemove: (set: string, n: string) => void
}

/** Undefined: closed; null: a new key. */
type Editing = { set: string; key: ImportedKey; facts: KeyFacts } | null | undefined

export function KeySets({ draft, saved, fileKeys, facts, mayManage, onPut, onRemove }: Props) {
  const [editing, setEditing] = useState<Editing>(undefined)
  const names = [...new Set([...fileKeys.map(({ set }) => set), ...Object.keys(draft.keySets)])].sort()
  return (
    <Card>
      <CardHeader
        actions={
          mayManage && (
            <Button size="sm" aria-haspopup="dialog" onClick={() => setEditing(null)}>
              <Icon name="plus" className="size-3.5" />
              {words.import}
            </Button>
          )
        }
      >
        <CardTitle>{words.title}</CardTitle>
      </CardHeader>
      <CardContent className="space-y-4">
        <p className="text-pretty text-muted-foreground text-sm">{words.text}</p>
        {names.length === 0 && <EmptyState icon="key-round" title={words.none} />}
        {names.map((set) => (
          <section key={set} aria-label={set} className="overflow-hidden rounded-md border">
            <h3 className="foreign border-b bg-muted/40 px-4 py-1.5 font-mono font-semibold text-sm">{set}</h3>
            <Table label={set} fixed>
              <TableHeader>
                <tr>
                  <TableHead>{words.columns.key}</TableHead>
                  <TableHead className="w-22 max-md:hidden">{words.columns.size}</TableHead>
                  <TableHead className="w-34 max-sm:hidden">{words.columns.valid}</TableHead>
                  <TableHead className="w-27 max-sm:hidden">{words.columns.source}</TableHead>
                  {mayManage && <TableHead className="w-44 max-sm:w-24" aria-label={words.edit} />}
                </tr>
              </TableHeader>
              <TableBody>
                {(fileKeys.find((one) => one.set === set)?.keys ?? []).map((key) => (
                  <TableRow key={`file ${key.thumbprint}`}>
                    <KeyName facts={key} />
                    <TableCell className="max-md:hidden">{words.bits(key.bits)}</TableCell>
                    <TableCell className="text-muted-foreground max-sm:hidden">{words.always}</TableCell>
                    <TableCell className="max-sm:hidden" title={words.fileHint}>
                      <Badge tone="outline" icon="lock">
                        {words.file}
                      </Badge>
                    </TableCell>
                    {mayManage && <TableCell />}
                  </TableRow>
                ))}
                {(draft.keySets[set] ?? []).map((key) => {
                  const of = facts[key.jwk.n] ?? { kid: key.kid, thumbprint: '', bits: 0 }
                  const known = saved.keySets[set]?.find(({ jwk }) => jwk.n === key.jwk.n)
                  return (
                    <TableRow key={key.jwk.n} className={JSON.stringify(known) === JSON.stringify(key) ? '' : 'bg-info-soft'}>
                      <KeyName facts={of} note={key.note} validity={<Validity {...key} />} />
                      <TableCell className="max-md:hidden">{words.bits(of.bits)}</TableCell>
                      <TableCell className="max-sm:hidden">
                        <Validity validFrom={key.validFrom} validUntil={key.validUntil} />
                      </TableCell>
                      <TableCell className="max-sm:hidden">
                        <Badge tone="info" icon="key-round">
                          {words.imported}
                        </Badge>
                      </TableCell>
                      {mayManage && (
                        <TableCell>
                          <span className="flex flex-wrap justify-end gap-1">
                            <Button
                              size="sm"
                              variant="outline"
                              aria-haspopup="dialog"
                              aria-label={words.editKey(of.kid)}
                              onClick={() => setEditing({ set, key, facts: of })}
                            >
                              {words.edit}
                            </Button>
                            <Button
                              size="sm"
                              variant="destructive-outline"
                              aria-label={words.removeKey(of.kid)}
                              onClick={() => onRemove(set, key.jwk.n)}
                            >
                              {words.remove}
                            </Button>
                          </span>
                        </TableCell>
                      )}
                    </TableRow>
                  )
                })}
              </TableBody>
            </Table>
          </section>
        ))}
      </CardContent>
      {editing !== undefined && (
        <Suspense fallback={null}>
          <KeyDialog
            editing={editing}
            sets={names}
            draft={draft}
            onClose={() => setEditing(undefined)}
            onTake={(key) => {
              onPut(key)
              setEditing(undefined)
            }}
          />
        </Suspense>
      )}
    </Card>
  )
}

function KeyName({ facts: { kid, thumbprint }, note, validity }: { facts: KeyFacts; note?: string; validity?: ReactNode }) {
  return (
    <TableCell>
      <span className="foreign-line block font-medium" title={kid}>
        {kid}
      </span>
      <span className="flex min-w-0 items-center gap-0.5 text-muted-foreground text-xs">
        <span className="foreign-line font-mono" title={thumbprint}>
          {thumbprint}
        </span>
        <CopyButton value={thumbprint} what={words.thumbprint} />
      </span>
      {note && <span className="foreign block text-muted-foreground text-xs">{note}</span>}
      {/* Where there is no room for its column. */}
      {validity && <span className="mt-0.5 block sm:hidden">{validity}</span>}
    </TableCell>
  )
}

function Validity({ validFrom, validUntil }: Pick<ImportedKey, 'validFrom' | 'validUntil'>) {
  const now = Date.now()
  if (validUntil !== null && Date.parse(validUntil) <= now)
    return (
      <Badge tone="destructive" icon="circle-slash">
        {words.ended}
      </Badge>
    )
  return (
    <span className="block text-sm">
      {validFrom !== null && Date.parse(validFrom) > now && (
        <Badge tone="warning" icon="clock">
          {words.notYet}
        </Badge>
      )}
      {validFrom !== null && (
        <span className="block">
          {words.from} <AbsoluteTime at={validFrom} />
        </span>
      )}
      {validUntil !== null && (
        <span className="block">
          {words.until} <AbsoluteTime at={validUntil} />
        </span>
      )}
      {validFrom === null && validUntil === null && <span className="text-muted-foreground">{words.always}</span>}
    </span>
  )
}
