'use client'
/**
 * The profile editor: edit, have it reviewed, save. Nothing is written before the review has been read; nothing that was typed is lost
 * when the server finds fault with it, or when somebody else was faster.
 */
import { useRouter } from 'next/navigation'
import { type FormEvent, useEffect, useRef, useState, useTransition } from 'react'
import { Rehearsal, type RehearsedChange } from '#components/settings/rehearsal.tsx'
import { Alert } from '#components/ui/alert.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { SubmitButton } from '#components/ui/submit-button.tsx'
import type { ActionResult } from '#lib/auth/action.ts'
import type { ProfileDefinition } from '#lib/core/enrollment/profile.ts'
import type { IssuerChoice } from '#lib/core/views.ts'
import { common } from '#lib/messages/common.ts'
import { profiles as words } from '#lib/messages/profiles.ts'
import type { ProfileReview } from '#lib/workflows/save-profile.ts'
import { rehearseAction } from '../../rehearsals/actions.ts'
import { reviewProfileAction, saveProfileAction } from '../actions.ts'
import { type Draft, type ProfileFormInput, toDraft, toForm } from './draft.ts'
import { Findings } from './fields.tsx'
import { KeysPart } from './keys-part.tsx'
import { CertificatePart, ChecksPart, ConfirmationPart, GeneralPart, TimesPart } from './other-parts.tsx'
import { ReviewDialog } from './review-dialog.tsx'
import { SubjectPart } from './subject-part.tsx'

type Failure = Extract<ActionResult<never>, { ok: false }>

const NOT_REACHED: Failure = { ok: false, code: 'unavailable', message: common.noConnection, fields: {} }

export interface EditorProps {
  /** What the form begins with. */
  start: { name: string; title: string; issuerId: string; definition: ProfileDefinition }
  /** Null: a new profile. */
  existing: ProfileFormInput['existing']
  issuers: readonly IssuerChoice[]
  mayManage: boolean
}

/** What is to be rehearsed: answers would be judged otherwise than before. Null: as before. */
function judgingChange({ name, definition }: EditorProps['start'], draft: Draft): RehearsedChange | null {
  const { monitoredChecks, heldChecks } = draft
  const keySet = draft.attestationKeySet.trim()
  const same = (one: readonly string[], other: readonly string[]) =>
    one.length === other.length && one.every((id) => other.includes(id))
  const attestationKeySet = keySet === definition.attestationKeySet ? null : keySet
  if (attestationKeySet === null && same(definition.monitoredChecks, monitoredChecks) && same(definition.heldChecks, heldChecks))
    return null
  return {
    change: 'profile',
    profile: name,
    monitoredChecks: [...monitoredChecks],
    heldChecks: [...heldChecks],
    attestationKeySet,
  }
}

export function ProfileEditor({ start, existing: begunWith, issuers, mayManage }: EditorProps) {
  const router = useRouter()
  // Kept with the draft: when the page is fetched anew it may know of a version that the draft does not.
  const [existing] = useState(begunWith)
  const form = useRef<HTMLFormElement>(null)
  const [draft, setDraft] = useState<Draft>(() => toDraft(start))
  const [failure, setFailure] = useState<Failure | null>(null)
  /** Those findings of the failure that have not been seen to yet. */
  const [fields, setFields] = useState<Failure['fields']>({})
  const [review, setReview] = useState<ProfileReview | null>(null)
  const [rehearsalId, setRehearsalId] = useState<string | null>(null)
  const [pending, startTransition] = useTransition()
  const rehearsed = existing === null ? null : judgingChange(start, draft)
  const change = (part: Partial<Draft>) => setDraft((now) => ({ ...now, ...part }))

  // The first field that something is wrong with, in the order of the page; else what is said above the buttons.
  useEffect(() => {
    if (!failure) return
    const wrong = form.current?.querySelector<HTMLElement>('[aria-invalid="true"], [data-invalid="true"]')
    const target = wrong ?? form.current?.querySelector<HTMLElement>('[data-failure]')
    target?.focus()
  }, [failure])

  const fail = (result: Failure | null) => {
    setReview(null)
    setFailure({ ...(result ?? NOT_REACHED) })
    setFields(result?.fields ?? {})
  }

  const askForReview = (event: FormEvent) => {
    event.preventDefault()
    if (pending) return
    startTransition(async () => {
      const result = await reviewProfileAction(toForm(draft, existing)).catch(() => null)
      if (!result?.ok) return fail(result)
      setFailure(null)
      setFields({})
      setReview(result.value)
    })
  }

  const save = () => {
    if (pending) return
    startTransition(async () => {
      const saving = { ...toForm(draft, existing), rehearsalId: rehearsed === null ? null : rehearsalId }
      const result = await saveProfileAction(saving).catch(() => null)
      if (!result?.ok) return fail(result)
      router.push('/settings/profiles')
      router.refresh()
    })
  }

  const mend = (path: string) =>
    setFields((now) => Object.fromEntries(Object.entries(now).filter(([one]) => one !== path && !one.startsWith(`${path}.`))))

  return (
    <Findings value={{ fields, mend }}>
      <form ref={form} onSubmit={askForReview} noValidate className="space-y-4">
        <fieldset disabled={!mayManage} className="min-w-0 space-y-4">
          <legend className="sr-only">{words.title}</legend>
          <GeneralPart draft={draft} change={change} issuers={issuers} isNew={existing === null} />
          <SubjectPart draft={draft} change={change} />
          <KeysPart draft={draft} change={change} />
          <CertificatePart draft={draft} change={change} />
          <TimesPart draft={draft} change={change} />
          <ConfirmationPart draft={draft} change={change} />
          <ChecksPart draft={draft} change={change} />
        </fieldset>
        {failure && (
          <div data-failure tabIndex={-1}>
            <Alert
              tone="destructive"
              title={words.failed}
              live
              actions={
                failure.code === 'conflict' &&
                existing && (
                  <ButtonLink href={`/settings/profiles/${existing.id}`} target="_blank" variant="outline" size="sm">
                    {words.openPresent}
                  </ButtonLink>
                )
              }
            >
              {Object.keys(failure.fields).length > 0 ? words.errors.checkFields : failure.message}
            </Alert>
          </div>
        )}
        {mayManage && (
          <div className="flex flex-wrap gap-2">
            <SubmitButton pending={pending && !review}>{existing ? words.save : words.saveNew}</SubmitButton>
            <ButtonLink href="/settings/profiles" variant="ghost">
              {words.cancel}
            </ButtonLink>
          </div>
        )}
      </form>
      <ReviewDialog
        review={review}
        title={draft.title}
        isNew={existing === null}
        busy={pending}
        onBack={() => setReview(null)}
        onSave={save}
        held={rehearsed !== null && rehearsalId === null}
        rehearsal={rehearsed && <Rehearsal change={rehearsed} start={rehearseAction} onOutcome={setRehearsalId} />}
      />
    </Findings>
  )
}
