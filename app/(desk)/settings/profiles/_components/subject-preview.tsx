'use client'
/** The subject as it would be for somebody of the directory, made anew shortly after each change. */
import { useEffect, useState } from 'react'
import { Description, DescriptionList } from '#components/ui/description-list.tsx'
import { Input } from '#components/ui/input.tsx'
import { Field } from '#components/ui/label.tsx'
import { profiles } from '#lib/messages/profiles.ts'
import type { ProfilePreview } from '#lib/workflows/preview-profile.ts'
import { previewProfileAction } from '../actions.ts'
import type { Draft } from './draft.ts'

const words = profiles.preview
const PAUSE_MS = 350

export function SubjectPreview({ draft }: { draft: Draft }) {
  const [person, setPerson] = useState('')
  const [preview, setPreview] = useState<ProfilePreview | null>(null)
  const [failed, setFailed] = useState(false)
  const { subject, subjectAltNameEmail, subjectAltNameUpn } = draft
  const asked = JSON.stringify({
    person,
    subject: subject.map(({ type, value, required }) => ({ type, value, required })),
    subjectAltNameEmail,
    subjectAltNameUpn: subjectAltNameUpn.trim() || null,
  })

  useEffect(() => {
    let current = true
    const timer = setTimeout(async () => {
      const result = await previewProfileAction(JSON.parse(asked)).catch(() => null)
      if (!current) return
      setFailed(!result?.ok)
      if (result?.ok) setPreview(result.value)
    }, PAUSE_MS)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [asked])

  return (
    <section aria-labelledby="preview-title" className="rounded-md border bg-muted/40 px-3 py-3">
      <h3 id="preview-title" className="mb-2 font-medium text-sm">
        {words.title}
      </h3>
      <Field id="preview-person" label={words.person} hint={words.personHint} className="mb-3 max-w-sm">
        <Input
          id="preview-person"
          aria-describedby="preview-person-note"
          value={person}
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => setPerson(target.value)}
        />
      </Field>
      <div aria-live="polite">
        {failed && <p className="text-destructive text-sm">{words.failed}</p>}
        {preview && <Preview preview={preview} />}
      </div>
    </section>
  )
}

function Preview({ preview: { person, subject, email, upn, problems } }: { preview: ProfilePreview }) {
  if (!person) return <p className="text-muted-foreground text-sm">{words.nobody}</p>
  const nothing = <span className="text-muted-foreground">{words.empty}</span>
  return (
    <>
      <DescriptionList>
        <Description term={words.person}>
          {person.name} <span className="text-muted-foreground">({person.userid})</span>
        </Description>
        <Description term={words.subject}>{subject || nothing}</Description>
        {email !== null && <Description term={words.email}>{email}</Description>}
        {upn !== null && <Description term={words.upn}>{upn}</Description>}
      </DescriptionList>
      {problems.length > 0 && (
        <ul className="foreign mt-2 space-y-1 text-sm text-warning">
          {problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      )}
    </>
  )
}
