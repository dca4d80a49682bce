'use client'
/** The editor's fields. Each has the path of its part of the profile as its id, so that what the server says finds it. */
import { createContext, type ReactNode, useContext } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from '#components/ui/card.tsx'
import { cn } from '#components/ui/cn.ts'
import { Icon, type IconName } from '#components/ui/icon.tsx'
import { Input, Textarea } from '#components/ui/input.tsx'
import { Field } from '#components/ui/label.tsx'
import { NativeSelect } from '#components/ui/native-select.tsx'

interface FindingsValue {
  /** Path → what is wrong with it. */
  fields: Readonly<Record<string, string>>
  /** What was said of this path, and of what is under it, holds no longer. */
  mend: (path: string) => void
}

export const Findings = createContext<FindingsValue>({ fields: {}, mend: () => undefined })

export const useFinding = (path: string): string | undefined => useContext(Findings).fields[path]
export const useMend = (): FindingsValue['mend'] => useContext(Findings).mend

function useFieldProps(path: string, hint: ReactNode) {
  const { fields, mend } = useContext(Findings)
  const error = fields[path]
  return {
    error,
    mend: () => error !== undefined && mend(path),
    field: {
      id: path,
      'aria-invalid': error ? true : undefined,
      'aria-describedby': error || hint ? `${path}-note` : undefined,
    },
  }
}

interface TextFieldProps {
  path: string
  label: ReactNode
  value: string
  onChange: (value: string) => void
  hint?: ReactNode
  maxLength?: number
  required?: boolean
  numeric?: boolean
  multiline?: boolean
  readOnly?: boolean
  className?: string
}

export function TextField({
  path,
  label,
  value,
  onChange,
  hint,
  numeric,
  multiline,
  className,
  required,
  ...more
}: TextFieldProps) {
  const { error, mend, field } = useFieldProps(path, hint)
  const props = {
    ...field,
    value,
    autoComplete: 'off',
    spellCheck: false,
    'aria-required': required,
    onChange: ({ target }: { target: { value: string } }) => {
      mend()
      onChange(target.value)
    },
    ...more,
  }
  return (
    <Field id={path} label={label} hint={hint} error={error} className={cn('min-w-0', className)}>
      {multiline ? <Textarea {...props} rows={3} /> : <Input {...props} inputMode={numeric ? 'numeric' : undefined} />}
    </Field>
  )
}

export function SelectField({
  path,
  label,
  value,
  onChange,
  hint,
  options,
  className,
}: {
  path: string
  label: ReactNode
  value: string
  onChange: (value: string) => void
  hint?: ReactNode
  options: readonly (readonly [value: string, label: string])[]
  className?: string
}) {
  const { error, mend, field } = useFieldProps(path, hint)
  return (
    <Field id={path} label={label} hint={hint} error={error} className={cn('min-w-0', className)}>
      <NativeSelect
        {...field}
        className="max-w-full"
        value={value}
        onChange={({ target }) => {
          mend()
          onChange(target.value)
        }}
      >
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </NativeSelect>
    </Field>
  )
}

/** Tick boxes of which several may be ticked; `value` keeps the order of `options`. */
export function CheckGroup<T extends string>({
  path,
  label,
  value,
  onChange,
  options,
  hint,
}: {
  path: string
  label: string
  value: readonly T[]
  onChange: (value: T[]) => void
  options: Readonly<Record<T, string>>
  hint?: string
}) {
  const mend = useMend()
  const names = Object.keys(options) as T[]
  return (
    <FindingSet path={path} label={label} hint={hint}>
      <div className="flex flex-wrap gap-x-5 gap-y-0.5">
        {names.map((name) => (
          <Toggle
            key={name}
            label={options[name]}
            checked={value.includes(name)}
            onChange={(on) => {
              mend(path)
              onChange(names.filter((one) => (one === name ? on : value.includes(one))))
            }}
          />
        ))}
      </div>
    </FindingSet>
  )
}

/** Several controls with one name and one finding. */
export function FindingSet({
  path,
  label,
  hint,
  className,
  children,
}: {
  path: string
  label: string
  hint?: string | undefined
  className?: string
  children: ReactNode
}) {
  const error = useFinding(path)
  return (
    <fieldset
      id={path}
      tabIndex={-1}
      data-invalid={error ? true : undefined}
      aria-describedby={error || hint ? `${path}-note` : undefined}
      className={cn('min-w-0', className)}
    >
      <legend className="mb-1 font-medium text-sm">{label}</legend>
      {children}
      {(error ?? hint) && (
        <p id={`${path}-note`} className={cn('mt-1 text-sm', error ? 'text-destructive' : 'text-muted-foreground')}>
          {error ?? hint}
        </p>
      )}
    </fieldset>
  )
}

export function Toggle({
  label,
  checked,
  onChange,
  hint,
  disabled,
}: {
  label: ReactNode
  checked: boolean
  onChange: (checked: boolean) => void
  hint?: string
  disabled?: boolean
}) {
  return (
    <label className="flex min-h-7 items-start gap-2 py-0.5 text-base">
      <input
        type="checkbox"
        className="mt-1 size-4 shrink-0 accent-primary"
        checked={checked}
        disabled={disabled}
        onChange={({ target }) => onChange(target.checked)}
      />
      <span className="min-w-0">
        {label}
        {hint && <span className="block text-muted-foreground text-sm">{hint}</span>}
      </span>
    </label>
  )
}

export function IconButton({
  icon,
  label,
  onClick,
  disabled,
}: {
  icon: IconName
  label: string
  onClick: () => void
  disabled?: boolean
}) {
  return (
    <Button variant="ghost" size="icon" aria-label={label} title={label} onClick={onClick} disabled={disabled}>
      <Icon name={icon} />
    </Button>
  )
}

export function Part({ id, title, text, children }: { id: string; title: string; text?: string; children: ReactNode }) {
  return (
    <Card aria-labelledby={id}>
      <CardHeader>
        <CardTitle id={id}>{title}</CardTitle>
        {text && <CardDescription className="max-w-prose text-pretty">{text}</CardDescription>}
      </CardHeader>
      <CardContent className="space-y-4">{children}</CardContent>
    </Card>
  )
}
