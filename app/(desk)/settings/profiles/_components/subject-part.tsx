'use client'
import { Button } from '#components/ui/button.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { Input } from '#components/ui/input.tsx'
import { NativeSelect } from '#components/ui/native-select.tsx'
import type { ProfileDefinition } from '#lib/core/enrollment/profile.ts'
import { profiles } from '#lib/messages/profiles.ts'
import { type Draft, type DraftAttribute, moved, newAttribute } from './draft.ts'
import { IconButton, Part, useFinding, useMend } from './fields.tsx'
import { SubjectPreview } from './subject-preview.tsx'

const words = profiles.subject
const MAX_ATTRIBUTES = 12

const TYPES: readonly ProfileDefinition['subject'][number]['type'][] = [
  'C',
  'ST',
  'L',
  'O',
  'OU',
  'CN',
  'SN',
  'GN',
  'serialNumber',
  'UID',
  'DC',
  'emailAddress',
]

export function SubjectPart({ draft, change }: { draft: Draft; change: (part: Partial<Draft>) => void }) {
  const { subject } = draft
  const error = useFinding('definition.subject')
  const mend = useMend()
  /** Rows that were moved have other numbers now. */
  const set = (rows: DraftAttribute[]) => {
    mend('definition.subject')
    change({ subject: rows })
  }
  return (
    <Part id="part-subject" title={words.title} text={words.text}>
      <ol className="space-y-2">
        {subject.map((row, index) => (
          <AttributeRow
            key={row.uid}
            row={row}
            index={index}
            last={index === subject.length - 1}
            onChange={(part) => {
              mend(`definition.subject.${index}`)
              change({ subject: subject.with(index, { ...row, ...part }) })
            }}
            onMove={(by) => set(moved(subject, index, by))}
            onRemove={subject.length > 1 ? () => set(subject.toSpliced(index, 1)) : null}
          />
        ))}
      </ol>
      {error && <p className="text-destructive text-sm">{error}</p>}
      {subject.length < MAX_ATTRIBUTES && (
        <Button variant="outline" size="sm" onClick={() => set([...subject, newAttribute()])}>
          <Icon name="plus" className="size-3.5" />
          {words.add}
        </Button>
      )}
      <SubjectPreview draft={draft} />
    </Part>
  )
}

function AttributeRow({
  row,
  index,
  last,
  onChange,
  onMove,
  onRemove,
}: {
  row: DraftAttribute
  index: number
  last: boolean
  onChange: (part: Partial<DraftAttribute>) => void
  onMove: (by: -1 | 1) => void
  onRemove: (() => void) | null
}) {
  const n = index + 1
  const path = `definition.subject.${index}.value`
  const error = useFinding(path)
  return (
    <li className="border-b pb-2 last:border-0 last:pb-0 sm:border-0 sm:pb-0">
      <div className="flex flex-wrap items-center gap-1.5">
        <NativeSelect
          aria-label={words.type(n)}
          className="w-40"
          value={row.type}
          onChange={({ target }) => onChange({ type: target.value as DraftAttribute['type'] })}
        >
          {TYPES.map((type) => (
            <option key={type} value={type}>
              {type}
            </option>
          ))}
        </NativeSelect>
        <Input
          id={path}
          aria-label={words.value(n)}
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? `${path}-note` : undefined}
          className="min-w-48 flex-1 font-mono"
          value={row.value}
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => onChange({ value: target.value })}
        />
        <NativeSelect
          aria-label={words.presence(n)}
          className="w-32"
          value={row.required ? 'required' : 'optional'}
          onChange={({ target }) => onChange({ required: target.value === 'required' })}
        >
          <option value="required">{words.required}</option>
          <option value="optional">{words.optional}</option>
        </NativeSelect>
        <span className="flex">
          <IconButton icon="arrow-up" label={words.up(n)} disabled={index === 0} onClick={() => onMove(-1)} />
          <IconButton icon="arrow-down" label={words.down(n)} disabled={last} onClick={() => onMove(1)} />
          <IconButton icon="x" label={words.remove(n)} disabled={!onRemove} onClick={() => onRemove?.()} />
        </span>
      </div>
      {error && (
        <p id={`${path}-note`} className="mt-1 text-destructive text-sm">
          {error}
        </p>
      )}
    </li>
  )
}
