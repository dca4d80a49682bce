'use client'
/** The parts of the editor that are plain fields: general, certificates, times, confirmation, checks. */
import { Icon } from '#components/ui/icon.tsx'
import { CHECK_DESCRIPTIONS } from '#lib/core/enrollment/checks/catalogue.ts'
import { CHECK_IDS } from '#lib/core/enrollment/evidence.ts'
import { MONITORABLE_CHECKS, type MonitorableCheck } from '#lib/core/enrollment/profile.ts'
import type { IssuerChoice } from '#lib/core/views.ts'
import { profiles } from '#lib/messages/profiles.ts'
import type { Draft } from './draft.ts'
import { CheckGroup, Part, SelectField, TextField, Toggle } from './fields.tsx'

interface PartProps {
  draft: Draft
  change: (part: Partial<Draft>) => void
}

export function GeneralPart({ draft, change, issuers, isNew }: PartProps & { issuers: readonly IssuerChoice[]; isNew: boolean }) {
  const words = profiles.general
  const issuer = issuers.find(({ id }) => id === draft.issuerId)
  const ends = issuer?.notAfter?.slice(0, 10)
  return (
    <Part id="part-general" title={words.title}>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          path="title"
          label={words.titleField}
          hint={words.titleHint}
          value={draft.title}
          maxLength={100}
          required
          onChange={(title) => change({ title, ...(isNew && draft.name === draft.title ? { name: title } : {}) })}
        />
        <TextField
          path="name"
          label={words.name}
          hint={isNew ? words.nameHint : words.nameFixed}
          value={draft.name}
          maxLength={100}
          required
          readOnly={!isNew}
          onChange={(name) => change({ name })}
        />
        <TextField
          path="definition.servername"
          label={words.servername}
          hint={words.servernameHint}
          value={draft.servername}
          maxLength={64}
          required
          onChange={(servername) => change({ servername })}
        />
        <SelectField
          path="issuerId"
          label={words.issuer}
          hint={ends && words.issuerEnds(ends)}
          value={draft.issuerId}
          options={issuers.map(({ id, title, name }) => [id, title === name ? title : `${title} (${name})`])}
          onChange={(issuerId) => change({ issuerId })}
        />
        <TextField
          path="definition.attestationKeySet"
          label={words.attestationKeySet}
          hint={words.attestationKeySetHint}
          value={draft.attestationKeySet}
          maxLength={64}
          required
          onChange={(attestationKeySet) => change({ attestationKeySet })}
        />
      </div>
    </Part>
  )
}

export function CertificatePart({ draft, change }: PartProps) {
  const words = profiles.certificate
  return (
    <Part id="part-certificate" title={words.title}>
      <TextField
        path="definition.certificate.validityDays"
        label={words.validityDays}
        value={draft.validityDays}
        numeric
        required
        maxLength={5}
        className="max-w-40"
        onChange={(validityDays) => change({ validityDays })}
      />
      <CheckGroup
        path="definition.certificate.keyUsage"
        label={words.keyUsage}
        hint={words.keyUsageHint}
        value={draft.keyUsage}
        options={words.keyUsages}
        onChange={(keyUsage) => change({ keyUsage })}
      />
      <CheckGroup
        path="definition.certificate.extendedKeyUsage"
        label={words.extendedKeyUsage}
        value={draft.extendedKeyUsage}
        options={words.extendedKeyUsages}
        onChange={(extendedKeyUsage) => change({ extendedKeyUsage })}
      />
      <Toggle
        label={words.subjectAltNameEmail}
        hint={words.subjectAltNameEmailHint}
        checked={draft.subjectAltNameEmail}
        onChange={(subjectAltNameEmail) => change({ subjectAltNameEmail })}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          path="definition.certificate.subjectAltNameUpn"
          label={words.subjectAltNameUpn}
          hint={words.subjectAltNameUpnHint}
          value={draft.subjectAltNameUpn}
          maxLength={200}
          onChange={(subjectAltNameUpn) => change({ subjectAltNameUpn })}
        />
        <TextField
          path="definition.certificate.policies"
          label={words.policies}
          hint={words.policiesHint}
          value={draft.policies}
          multiline
          maxLength={600}
          onChange={(policies) => change({ policies })}
        />
      </div>
    </Part>
  )
}

export function TimesPart({ draft, change }: PartProps) {
  const words = profiles.times
  return (
    <Part id="part-times" title={words.title}>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          path="definition.offerTimeoutS"
          label={words.offer}
          hint={words.offerHint}
          value={draft.offerTimeoutS}
          numeric
          required
          maxLength={4}
          onChange={(offerTimeoutS) => change({ offerTimeoutS })}
        />
        <TextField
          path="definition.deliveryTimeoutS"
          label={words.delivery}
          hint={words.deliveryHint}
          value={draft.deliveryTimeoutS}
          numeric
          required
          maxLength={5}
          onChange={(deliveryTimeoutS) => change({ deliveryTimeoutS })}
        />
      </div>
    </Part>
  )
}

const ASKED: readonly Draft['ask'][] = ['nobody', 'user', 'staff']

export function ConfirmationPart({ draft, change }: PartProps) {
  const words = profiles.ask
  return (
    <Part id="part-confirmation" title={words.title} text={words.text}>
      <SelectField
        path="definition.confirmation"
        label={words.label}
        hint={words.consequence[draft.ask]}
        value={draft.ask}
        options={ASKED.map((who) => [who, words.choices[who]])}
        onChange={(choice) => change({ ask: ASKED.find((who) => who === choice) ?? 'nobody' })}
      />
    </Part>
  )
}

type Setting = 'enforce' | 'hold' | 'monitor'

const settingOf = ({ heldChecks, monitoredChecks }: Draft, id: MonitorableCheck): Setting => {
  if (heldChecks.includes(id)) return 'hold'
  return monitoredChecks.includes(id) ? 'monitor' : 'enforce'
}

const ALWAYS = CHECK_IDS.filter((id) => !(MONITORABLE_CHECKS as readonly string[]).includes(id))

export function ChecksPart({ draft, change }: PartProps) {
  const words = profiles.checks
  const set = (id: MonitorableCheck, setting: string) => {
    const those = (list: readonly MonitorableCheck[], wanted: Setting) =>
      MONITORABLE_CHECKS.filter((one) => (one === id ? setting === wanted : list.includes(one)))
    change({ monitoredChecks: those(draft.monitoredChecks, 'monitor'), heldChecks: those(draft.heldChecks, 'hold') })
  }
  return (
    <Part id="part-checks" title={words.title} text={words.text}>
      <div className="space-y-4">
        {MONITORABLE_CHECKS.map((id) => (
          <SelectField
            key={id}
            path={`check-${id}`}
            label={`${id} · ${CHECK_DESCRIPTIONS[id].title}`}
            hint={`${CHECK_DESCRIPTIONS[id].why} ${words.consequence[id]}`}
            value={settingOf(draft, id)}
            options={[
              ['enforce', words.enforce],
              ['hold', words.hold],
              ['monitor', words.monitor],
            ]}
            onChange={(choice) => set(id, choice)}
          />
        ))}
      </div>
      <details className="group rounded-md border">
        <summary className="flex items-center gap-2 px-3 py-2 font-medium text-sm">
          <Icon name="lock" className="text-muted-foreground" />
          <span className="flex-1">{words.alwaysTitle(ALWAYS.length)}</span>
          <Icon name="chevron-down" className="text-muted-foreground transition-transform group-open:rotate-180" />
        </summary>
        <p className="border-t px-3 pt-2 text-muted-foreground text-sm">{words.alwaysText}</p>
        <ul className="divide-y px-3 pb-1">
          {ALWAYS.map((id) => (
            <li key={id} className="py-1.5 text-sm">
              <span className="font-medium">
                {id} · {CHECK_DESCRIPTIONS[id].title}
              </span>{' '}
              <span className="text-muted-foreground">{CHECK_DESCRIPTIONS[id].why}</span>
            </li>
          ))}
        </ul>
      </details>
    </Part>
  )
}
