'use client'
/**
 * The policy as it stands, and as an administrator is about to change it: keys and pins are changed in a draft on the page; nothing is in
 * force before the draft was rehearsed and saved with a note (save-panel.tsx).
 */
import { useMemo, useState } from 'react'
import type { ImportedKey, PolicyDraft } from '#lib/core/enrollment/attestation-policy.ts'
import type { KeyFacts, PolicyView } from '../read-policy.ts'
import { KeySets } from './key-sets.tsx'
import { PinsCard } from './pins-card.tsx'
import { SavePanel } from './save-panel.tsx'

export type NewKey = { set: string; key: ImportedKey; facts: KeyFacts }

export function PolicyEditor({
  number,
  saved,
  fileKeys,
  facts: savedFacts,
  seenSch,
  mayManage,
}: {
  number: number
  saved: PolicyDraft
  fileKeys: PolicyView['fileKeys']
  facts: PolicyView['facts']
  seenSch: PolicyView['seenSch']
  mayManage: boolean
}) {
  const [draft, setDraft] = useState(saved)
  const [facts, setFacts] = useState(savedFacts)
  const changed = useMemo(() => JSON.stringify(draft) !== JSON.stringify(saved), [draft, saved])

  const setKeys = (set: string, change: (keys: readonly ImportedKey[]) => ImportedKey[]) =>
    setDraft((now) => {
      const { [set]: keys = [], ...others } = now.keySets
      const next = change(keys)
      return { ...now, keySets: next.length === 0 ? others : { ...now.keySets, [set]: next } }
    })
  const put = ({ set, key, facts: of }: NewKey) => {
    setFacts((now) => ({ ...now, [key.jwk.n]: of }))
    setKeys(set, (keys) =>
      keys.some(({ jwk }) => jwk.n === key.jwk.n) ? keys.map((one) => (one.jwk.n === key.jwk.n ? key : one)) : [...keys, key],
    )
  }
  return (
    <>
      <KeySets
        draft={draft}
        saved={saved}
        fileKeys={fileKeys}
        facts={facts}
        mayManage={mayManage}
        onPut={put}
        onRemove={(set, n) => setKeys(set, (keys) => keys.filter(({ jwk }) => jwk.n !== n))}
      />
      <PinsCard
        pins={draft.schPins}
        seen={seenSch}
        mayManage={mayManage}
        onChange={(schPins) => setDraft((now) => ({ ...now, schPins }))}
      />
      {mayManage && changed && <SavePanel draft={draft} basedOn={number} onDiscard={() => setDraft(saved)} />}
    </>
  )
}
