'use client'
/**
 * Where a remote CA is, what is pinned of it, and its secrets. What was typed stays when something is wrong; a secret that is stored is never
 * shown, and is kept where its field stays empty.
 */
import { useRouter } from 'next/navigation'
import { type FormEvent, type ReactNode, useState, useTransition } from 'react'
import { Alert } from '#components/ui/alert.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { cn } from '#components/ui/cn.ts'
import { Input, Textarea } from '#components/ui/input.tsx'
import { Field } from '#components/ui/label.tsx'
import { NativeSelect } from '#components/ui/native-select.tsx'
import { SubmitButton } from '#components/ui/submit-button.tsx'
import type { ActionResult } from '#lib/auth/action.ts'
import { common } from '#lib/messages/common.ts'
import { connections } from '#lib/messages/connections.ts'
import { saveIssuerAction } from '../actions.ts'

const words = connections.form

type Config = Record<string, string | number | boolean | null>

export interface IssuerFormProps {
  kind: 'est' | 'scep'
  /** Absent: a new one. */
  earlier?: {
    id: string
    name: string
    config: Config
    credentials: { name: string; since: string; by: string }[]
    /** Null: it wants none. */
    challengesLeft: number | null
  }
}

/** Or choices: value and words. */
type Shape = 'text' | 'pem' | 'password' | 'checkbox' | 'number' | Readonly<Record<string, string>>
interface FieldRule {
  /** `config.x`, `secrets.x`, `challenges` or `discardChallenges`. */
  name: string
  label: string
  hint?: string
  shape: Shape
  optional?: boolean
  className?: string
}

const secret = (name: string, shape: Shape): FieldRule => ({
  name: `secrets.${name}`,
  label: words.secrets[name] ?? name,
  shape,
  optional: true,
})

const WHERE = (kind: 'est' | 'scep'): FieldRule[] => [
  { name: 'config.url', label: words.url, hint: words.urlHint[kind], shape: 'text' },
  { name: 'config.anchorSha256', label: words.anchorSha256, hint: words.anchorSha256Hint, shape: 'text' },
  { name: 'config.tlsCa', label: words.tlsCa, hint: words.tlsCaHint, shape: 'pem', optional: true },
]

const SUBJECT: FieldRule = { name: 'config.subject', label: words.subject, hint: words.subjectHint, shape: words.subjects }

/** Fields that belong to that choice of challenge. */
const ONLY_ONE_TIME = 'hidden group-has-[option[value=one-time]:checked]/issuer:block'

const renewalOf = (kind: 'est' | 'scep'): FieldRule => ({
  name: 'config.renewal',
  label: words.renewal,
  hint: words.renewalHint,
  shape: words.renewals[kind],
})

const FIELDS: Record<'est' | 'scep', readonly FieldRule[]> = {
  est: [
    ...WHERE('est'),
    { name: 'config.basicUser', label: words.basicUser, shape: 'text', optional: true },
    secret('basic-password', 'password'),
    { name: 'config.clientCertificate', label: words.clientCertificate, shape: 'pem', optional: true },
    secret('client-key', 'pem'),
    SUBJECT,
    renewalOf('est'),
  ],
  scep: [
    ...WHERE('scep'),
    { name: 'config.caIdentifier', label: words.caIdentifier, hint: words.caIdentifierHint, shape: 'text', optional: true },
    { name: 'config.raCertificate', label: words.raCertificate, hint: words.raCertificateHint, shape: 'pem', optional: true },
    secret('ra-key', 'pem'),
    { name: 'config.messageType', label: words.messageType, shape: { PKCSReq: 'PKCSReq', RenewalReq: 'RenewalReq' } },
    { name: 'config.challenge', label: words.challenge, hint: words.challengeHint, shape: words.challenges },
    {
      name: 'challenges',
      label: words.challengeList,
      shape: 'pem',
      optional: true,
      className: ONLY_ONE_TIME,
    },
    {
      name: 'discardChallenges',
      label: words.challengeDiscard,
      hint: words.challengeDiscardHint,
      shape: 'checkbox',
      className: ONLY_ONE_TIME,
    },
    SUBJECT,
    renewalOf('scep'),
    { name: 'config.timeoutMs', label: words.timeoutMs, shape: 'number' },
    { name: 'config.legacyAlgorithms', label: words.legacyAlgorithms, hint: words.legacyAlgorithmsHint, shape: 'checkbox' },
  ],
}

const DEFAULTS: Record<'est' | 'scep', Config> = {
  est: { subject: 'exact', renewal: 'enroll' },
  scep: {
    subject: 'exact',
    renewal: 'enroll',
    messageType: 'PKCSReq',
    challenge: 'none',
    timeoutMs: 8_000,
    legacyAlgorithms: false,
  },
}

/** Fields as the action wants them: nested, numbers as numbers, empty as null. */
function readForm(form: HTMLFormElement, kind: 'est' | 'scep') {
  const data = new FormData(form)
  const config: Config = {}
  const secrets: Record<string, string> = {}
  for (const { name, shape } of FIELDS[kind]) {
    const [part, key = ''] = name.split('.')
    const value = String(data.get(name) ?? '')
    if (key === '') continue
    if (part === 'secrets') {
      if (value !== '') secrets[key] = value
    } else if (shape === 'checkbox') config[key] = value === 'on'
    else if (shape === 'number') config[key] = Number(value)
    else config[key] = value === '' && key !== 'url' && key !== 'anchorSha256' ? null : value
  }
  return {
    name: String(data.get('name') ?? ''),
    config,
    secrets,
    challenges: String(data.get('challenges') ?? ''),
    discardChallenges: data.get('discardChallenges') === 'on',
  }
}

export function IssuerForm({ kind, earlier }: IssuerFormProps) {
  const router = useRouter()
  const [failure, setFailure] = useState<Extract<ActionResult<never>, { ok: false }>>()
  const [pending, startTransition] = useTransition()
  const fields = failure?.fields ?? {}
  const config = { ...DEFAULTS[kind], ...earlier?.config }

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (pending) return
    const form = event.currentTarget
    startTransition(async () => {
      const filled = { ...readForm(form, kind), kind, ...(earlier ? { id: earlier.id, name: earlier.name } : {}) }
      const result = await saveIssuerAction(filled).catch(() => null)
      if (result?.ok) {
        router.push('/settings/connections')
        return router.refresh()
      }
      const next = result ?? { ok: false as const, code: 'unavailable' as const, message: common.noConnection, fields: {} }
      setFailure(next)
      const wrong = Object.keys(next.fields)[0]
      if (wrong) form.querySelector<HTMLInputElement>(`[name="${CSS.escape(wrong)}"]`)?.focus()
    })
  }

  const noteOf = (rule: FieldRule): string | undefined => {
    const [part, key = ''] = rule.name.split('.')
    if (part === 'challenges') return words.challengeListNew(earlier?.challengesLeft ?? null)
    if (part !== 'secrets') return rule.hint
    const stored = earlier?.credentials.find((one) => one.name === key)
    return stored ? words.secretStored(stored.since.slice(0, 10), stored.by) : words.secretNew
  }

  return (
    <form onSubmit={submit} noValidate className="group/issuer space-y-4">
      {failure && (
        <Alert tone="destructive" title={words.failed} live>
          {Object.keys(fields).length > 0 ? words.checkFields : failure.message}
        </Alert>
      )}
      {!earlier && (
        <FormField
          rule={{ name: 'name', label: words.name, hint: words.nameHint, shape: 'text' }}
          value=""
          error={fields.name}
          note={words.nameHint}
        />
      )}
      {FIELDS[kind]
        .filter(({ name }) => name !== 'discardChallenges' || earlier?.challengesLeft)
        .map((rule) => (
          <FormField
            key={rule.name}
            rule={rule}
            value={rule.name.startsWith('config.') ? (config[rule.name.slice('config.'.length)] ?? '') : ''}
            error={fields[rule.name]}
            note={noteOf(rule)}
          />
        ))}
      <div className="flex gap-2 border-t pt-4">
        <SubmitButton pending={pending}>{words.save}</SubmitButton>
        <ButtonLink href="/settings/connections" variant="ghost">
          {words.cancel}
        </ButtonLink>
      </div>
    </form>
  )
}

function FormField({
  rule: { name, label, shape, optional, className },
  value,
  error,
  note,
}: {
  rule: FieldRule
  value: string | number | boolean
  error: string | undefined
  note: string | undefined
}) {
  const shared = {
    id: name,
    name,
    'aria-invalid': error ? true : undefined,
    'aria-describedby': note || error ? `${name}-note` : undefined,
  }
  const text = { autoComplete: 'off', spellCheck: false, 'aria-required': !optional, ...shared }
  if (shape === 'checkbox')
    return (
      <div className={cn('space-y-1', className)}>
        <label className="flex items-start gap-2 text-sm">
          <input type="checkbox" defaultChecked={value === true} className="mt-0.5 accent-primary" {...shared} />
          {label}
        </label>
        {(error ?? note) && (
          <p id={`${name}-note`} className={error ? 'text-destructive text-sm' : 'text-muted-foreground text-sm'}>
            {error ?? note}
          </p>
        )}
      </div>
    )
  let field: ReactNode
  if (shape === 'pem') field = <Textarea rows={3} className="font-mono text-sm" defaultValue={String(value)} {...text} />
  else if (shape === 'password') field = <Input type="password" {...text} autoComplete="new-password" />
  else if (shape === 'number') field = <Input type="number" inputMode="numeric" defaultValue={String(value)} {...text} />
  else if (shape === 'text') field = <Input defaultValue={String(value)} maxLength={500} {...text} />
  else
    field = (
      <NativeSelect defaultValue={String(value)} {...shared}>
        {Object.entries(shape).map(([choice, label]) => (
          <option key={choice} value={choice}>
            {label}
          </option>
        ))}
      </NativeSelect>
    )
  return (
    <Field
      id={name}
      label={
        <>
          {label} {optional && <span className="font-normal text-muted-foreground">{words.optional}</span>}
        </>
      }
      hint={note}
      error={error}
      {...(className === undefined ? {} : { className })}
    >
      {field}
    </Field>
  )
}
