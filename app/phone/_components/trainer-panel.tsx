'use client'
/** What can be made to go wrong, for whoever teaches: the phone's faults, and the messaging server's. */
import { useEffect, useState } from 'react'
import { Icon } from '#components/ui/icon.tsx'
import { Input } from '#components/ui/input.tsx'
import { Field } from '#components/ui/label.tsx'
import { NativeSelect } from '#components/ui/native-select.tsx'
import { phone as text } from '#lib/messages/phone.ts'
import { BENT_KEYS, isBentKeys, isPhoneFault, PHONE_FAULTS } from '#lib/simulator/phone/faults.ts'
import { ALL_KEY_KINDS } from '#lib/simulator/phone/keys.ts'
import type { Phone } from './use-phone.ts'

const inWords = (name: string): string => {
  const words = name.replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

export function TrainerPanel({ trainer, simulatorUrl }: { trainer: Phone['trainer']; simulatorUrl: string }) {
  const { fault } = trainer
  const [open, setOpen] = useState(false)
  return (
    <details
      className="group w-full border-t bg-card sm:w-80 sm:rounded-xl sm:border sm:shadow-card"
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary className="flex items-center gap-2 px-5 py-3.5 font-medium text-base sm:px-4">
        <Icon name="triangle-alert" className={fault ? 'text-warning' : 'text-muted-foreground'} />
        <span className="flex-1">
          {text.trainer.title}
          {fault && <span className="font-normal text-muted-foreground"> · {inWords(fault)}</span>}
        </span>
        <Icon name="chevron-down" className="text-muted-foreground transition-transform group-open:rotate-180" />
      </summary>
      <div className="space-y-4 border-t px-5 py-4 sm:px-4">
        <Field
          id="phone-fault"
          label={text.trainer.phoneFault}
          hint={fault && `${PHONE_FAULTS[fault].does} ${text.trainer.ends[PHONE_FAULTS[fault].ends]}`}
        >
          <NativeSelect
            id="phone-fault"
            aria-describedby={fault ? 'phone-fault-note' : undefined}
            value={fault ?? ''}
            onChange={({ target }) => trainer.setFault(isPhoneFault(target.value) ? target.value : null)}
          >
            <option value="">{text.trainer.none}</option>
            {Object.keys(PHONE_FAULTS).map((name) => (
              <option key={name} value={name}>
                {inWords(name)}
              </option>
            ))}
          </NativeSelect>
        </Field>
        {fault && (
          <Field id="bent-keys" label={text.trainer.bentKeys}>
            <NativeSelect
              id="bent-keys"
              value={trainer.bentKeys}
              onChange={({ target }) => isBentKeys(target.value) && trainer.setBentKeys(target.value)}
            >
              {BENT_KEYS.map((which) => (
                <option key={which} value={which}>
                  {text.trainer.bentKey[which]}
                </option>
              ))}
            </NativeSelect>
          </Field>
        )}
        <ServerFault simulatorUrl={simulatorUrl} active={open} />
        <Field id="device-name" label={text.trainer.deviceName}>
          <Input
            id="device-name"
            value={trainer.deviceName}
            maxLength={256}
            autoComplete="off"
            onChange={({ target }) => trainer.setDeviceName(target.value)}
          />
        </Field>
        <KeyKinds trainer={trainer} />
      </div>
    </details>
  )
}

/** What the phone is able to make; the last one stays, because a phone without any is none. */
function KeyKinds({ trainer: { supported, setSupported } }: { trainer: Phone['trainer'] }) {
  return (
    <fieldset>
      <legend className="font-medium text-sm">{text.trainer.keyKinds}</legend>
      <div className="mt-1 flex flex-wrap gap-x-4 gap-y-0.5">
        {ALL_KEY_KINDS.map((kind) => (
          <label key={kind} className="flex min-h-8 items-center gap-2 text-base">
            <input
              type="checkbox"
              className="size-4 accent-primary"
              checked={supported.includes(kind)}
              disabled={supported.length === 1 && supported.includes(kind)}
              onChange={({ target }) =>
                setSupported(ALL_KEY_KINDS.filter((one) => (one === kind ? target.checked : supported.includes(one))))
              }
            />
            {kind}
          </label>
        ))}
      </div>
      <p className="text-muted-foreground text-sm">{text.trainer.keyKindsHint}</p>
    </fieldset>
  )
}

interface ServerFaults {
  fault: string | null
  faults: Record<string, string>
}

/** Asked of the simulator when the panel is opened: whoever else trains here may have switched something. */
function ServerFault({ simulatorUrl, active }: { simulatorUrl: string; active: boolean }) {
  const [server, setServer] = useState<ServerFaults | null>(null)
  const [failed, setFailed] = useState(false)

  useEffect(() => {
    if (!active) return
    const stop = new AbortController()
    fetch(`${simulatorUrl}/simulator/faults`, { signal: stop.signal, credentials: 'omit' })
      .then((response) => response.json())
      .then(
        (value: ServerFaults) => {
          setServer(value)
          setFailed(false)
        },
        () => setFailed(!stop.signal.aborted),
      )
    return () => stop.abort()
  }, [active, simulatorUrl])

  const choose = async (fault: string | null) => {
    const response = await fetch(`${simulatorUrl}/simulator/faults`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ fault }),
      credentials: 'omit',
    }).catch(() => null)
    setFailed(!response?.ok)
    if (response?.ok) setServer((now) => now && { ...now, fault })
  }

  const hint = server?.fault ? `${server.faults[server.fault]} ${text.trainer.serverHint}` : undefined
  return (
    <Field id="server-fault" label={text.trainer.serverFault} hint={hint} error={failed ? text.trainer.serverFailed : undefined}>
      <NativeSelect
        id="server-fault"
        aria-describedby={hint || failed ? 'server-fault-note' : undefined}
        disabled={!server}
        value={server?.fault ?? ''}
        onChange={({ target }) => choose(target.value || null)}
      >
        <option value="">{text.trainer.none}</option>
        {Object.keys(server?.faults ?? {}).map((name) => (
          <option key={name} value={name}>
            {inWords(name)}
          </option>
        ))}
      </NativeSelect>
    </Field>
  )
}
