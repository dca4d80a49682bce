'use client'
/** The keys a phone makes. What the vendor does not document is off by default, and marked. */
import { Badge } from '#components/ui/badge.tsx'
import { Button } from '#components/ui/button.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { KEY_TYPES, KEY_USAGES, type KeyType, type KeyUsageWord } from '#lib/core/enrollment/profile.ts'
import { profiles } from '#lib/messages/profiles.ts'
import { type Draft, type DraftKey, moved, newKey } from './draft.ts'
import { CheckGroup, FindingSet, IconButton, Part, SelectField, TextField, Toggle, useFinding, useMend } from './fields.tsx'

const words = profiles.keys
const MAX_KEYS = 4
const KINDS = Object.keys(KEY_TYPES) as KeyType[]
const USAGES = (Object.keys(KEY_USAGES) as KeyUsageWord[]).map((usage) => {
  const label = words.usages[usage]
  return [usage, KEY_USAGES[usage].documented ? label : `${label} – ${words.undocumented.toLowerCase()}`] as const
})

export function KeysPart({ draft, change }: { draft: Draft; change: (part: Partial<Draft>) => void }) {
  const { keys } = draft
  const error = useFinding('definition.keys')
  const mend = useMend()
  const set = (next: DraftKey[]) => {
    // Another number of keys: what was said of the second may be about the third now.
    if (next.length !== keys.length) mend('definition.keys')
    change({ keys: next })
  }
  /** What a key that gets usages of its own begins with. */
  const usual = { keyUsage: draft.keyUsage, extendedKeyUsage: draft.extendedKeyUsage }
  return (
    <Part id="part-keys" title={words.title} text={words.text}>
      <ol className="space-y-4">
        {keys.map((key, index) => (
          <li key={key.uid} className="rounded-md border px-3 py-3">
            <KeyFields
              keyDraft={key}
              index={index}
              onChange={(part) => set(keys.with(index, { ...key, ...(part.own ? usual : {}), ...part }))}
              onRemove={keys.length > 1 ? () => set(keys.toSpliced(index, 1)) : null}
            />
          </li>
        ))}
      </ol>
      {error && (
        <p id="definition.keys" tabIndex={-1} data-invalid className="text-destructive text-sm">
          {error}
        </p>
      )}
      {keys.length < MAX_KEYS && (
        <Button variant="outline" size="sm" onClick={() => set([...keys, newKey(keys.map(({ keyid }) => keyid))])}>
          <Icon name="plus" className="size-3.5" />
          {words.add}
        </Button>
      )}
      <p className="text-muted-foreground text-sm">{words.undocumentedText}</p>
    </Part>
  )
}

function KeyFields({
  keyDraft: key,
  index,
  onChange,
  onRemove,
}: {
  keyDraft: DraftKey
  index: number
  onChange: (part: Partial<DraftKey>) => void
  onRemove: (() => void) | null
}) {
  const path = `definition.keys.${index}`
  return (
    <fieldset className="min-w-0">
      <legend className="sr-only">{words.key(index + 1)}</legend>
      <div className="mb-3 flex items-center justify-between">
        <p aria-hidden="true" className="flex items-center gap-2 font-medium">
          <Icon name="key-round" className="text-muted-foreground" />
          {words.key(index + 1)}
        </p>
        {onRemove && <IconButton icon="x" label={words.remove(key.keyid)} onClick={onRemove} />}
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          path={`${path}.keyid`}
          label={words.keyid}
          hint={words.keyidHint}
          value={key.keyid}
          maxLength={32}
          required
          onChange={(keyid) => onChange({ keyid })}
        />
        <SelectField
          path={`${path}.usage`}
          label={words.usage}
          value={key.usage}
          options={USAGES}
          onChange={(usage) => onChange({ usage: usage as KeyUsageWord })}
        />
      </div>
      <Kinds path={`${path}.keyTypes`} chosen={key.keyTypes} onChange={(keyTypes) => onChange({ keyTypes })} />
      <div className="mt-3">
        <Toggle label={words.own} hint={words.ownHint} checked={key.own} onChange={(own) => onChange({ own })} />
      </div>
      {key.own && (
        <div className="mt-2 space-y-3 border-l-2 pl-3">
          <CheckGroup
            path={`${path}.keyUsage`}
            label={profiles.certificate.keyUsage}
            value={key.keyUsage}
            options={profiles.certificate.keyUsages}
            onChange={(keyUsage) => onChange({ keyUsage })}
          />
          <CheckGroup
            path={`${path}.extendedKeyUsage`}
            label={profiles.certificate.extendedKeyUsage}
            value={key.extendedKeyUsage}
            options={profiles.certificate.extendedKeyUsages}
            onChange={(extendedKeyUsage) => onChange({ extendedKeyUsage })}
          />
        </div>
      )}
    </fieldset>
  )
}

/** What is chosen stands first, in its order; below it what could be chosen too. */
function Kinds({ path, chosen, onChange }: { path: string; chosen: readonly KeyType[]; onChange: (kinds: KeyType[]) => void }) {
  const mend = useMend()
  const rest = KINDS.filter((kind) => !chosen.includes(kind))
  const choose = (kinds: KeyType[]) => {
    mend(path)
    onChange(kinds)
  }
  return (
    <FindingSet path={path} label={words.kinds} hint={words.kindsHint} className="mt-4">
      <ul className="max-w-lg divide-y rounded-md border">
        {[...chosen, ...rest].map((kind) => {
          const at = chosen.indexOf(kind)
          const label = words.kindLabels[kind]
          return (
            <li key={kind} className="flex min-h-10 items-center gap-2 px-2.5">
              <span className="flex min-w-0 flex-1 flex-wrap items-center gap-x-2">
                <Toggle
                  label={label}
                  checked={at >= 0}
                  onChange={(on) => choose(on ? [...chosen, kind] : chosen.filter((one) => one !== kind))}
                />
                <span className="font-mono text-muted-foreground text-xs" title={words.mechanism}>
                  {KEY_TYPES[kind].responsemechanism}
                </span>
                {!KEY_TYPES[kind].documented && (
                  <Badge tone="warning" icon="triangle-alert">
                    {words.undocumented}
                  </Badge>
                )}
              </span>
              {at >= 0 && chosen.length > 1 && (
                <span className="flex shrink-0">
                  <IconButton
                    icon="arrow-up"
                    label={words.up(label)}
                    disabled={at === 0}
                    onClick={() => onChange(moved(chosen, at, -1))}
                  />
                  <IconButton
                    icon="arrow-down"
                    label={words.down(label)}
                    disabled={at === chosen.length - 1}
                    onClick={() => onChange(moved(chosen, at, 1))}
                  />
                </span>
              )}
            </li>
          )
        })}
      </ul>
    </FindingSet>
  )
}
