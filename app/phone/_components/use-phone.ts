/**
 * What the training phone is doing: one screen at a time, and the steps between them. The protocol is lib/simulator/phone's; this decides
 * only what the person sees. An offer from the address bar's fragment is taken out of the history before anything else happens, and no
 * offer is ever kept in state, storage or a message.
 */
import { useCallback, useEffect, useRef, useState } from 'react'
import { phone as text } from '#lib/messages/phone.ts'
import { type BentKeys, type PhoneFault, type PhoneFaultName, phoneFault } from '#lib/simulator/phone/faults.ts'
import { ALL_KEY_KINDS, type KeyKind } from '#lib/simulator/phone/keys.ts'
import { awaitDelivery, type OpenedOffer, openOffer, prepareAnswer, refuseOffer } from '#lib/simulator/phone/phone.ts'
import { PhoneProblem } from '#lib/simulator/phone/problem.ts'
import { listProfiles, removeProfile, type SavedProfile, StorageError, saveProfile } from './profile-store.ts'

export type WorkStep = 'keys' | 'answering' | 'waiting'

export type Screen =
  | { name: 'home' }
  | { name: 'scan' }
  | { name: 'opening' }
  | { name: 'offer'; offer: OpenedOffer }
  | { name: 'pin'; offer: OpenedOffer }
  | { name: 'working'; step: WorkStep }
  | { name: 'stored'; profile: SavedProfile; told: boolean; alarm: boolean }
  | { name: 'profile'; profile: SavedProfile }
  | { name: 'ended'; how: 'refused' | 'left' | 'notKept' | 'asExpected' }
  | { name: 'problem'; sentence: string }

/** How long to wait: a portal that must refuse an answer sends nothing. */
const WAIT_MS = 10 * 60_000
const WAIT_REFUSED_MS = 10_000
/** Browsers open six connections to a server; other tabs want some. */
const LISTENING_PROFILES = 2
const LISTEN_MS = 60 * 60_000

function sentenceOf(error: unknown): string {
  if (error instanceof PhoneProblem) return text.problem.codes[error.code]
  if (error instanceof StorageError) return text.problem.storage
  console.error(error)
  return text.problem.unexpected
}

const endsWithout = (fault: PhoneFault | null): boolean => fault?.ends === 'rejected' || fault?.ends === 'expired'

export function usePhone(simulatorUrl: string) {
  const [screen, setScreen] = useState<Screen>({ name: 'home' })
  const [profiles, setProfiles] = useState<SavedProfile[] | null>(null)
  const [fault, setFault] = useState<PhoneFaultName | null>(null)
  const [deviceName, setDeviceName] = useState<string>(text.device.name)
  const [bentKeys, setBentKeys] = useState<BentKeys>('every')
  const [supported, setSupported] = useState<readonly KeyKind[]>(ALL_KEY_KINDS)
  /** Ends what is under way when the person goes elsewhere. */
  const running = useRef(new AbortController())
  /** What the trainer has set; read when something happens, not when a screen was drawn. */
  const current = useRef({ fault, bentKeys, supported, deviceName })
  current.current = { fault, bentKeys, supported, deviceName }

  const reload = useCallback(async () => setProfiles(await listProfiles()), [])

  /** Starts something of which there is one at a time; its failure is a screen. */
  const begin = useCallback(async (work: (signal: AbortSignal) => Promise<Screen>) => {
    running.current.abort()
    const mine = new AbortController()
    running.current = mine
    try {
      const next = await work(mine.signal)
      if (!mine.signal.aborted) setScreen(next)
    } catch (error) {
      if (!mine.signal.aborted) setScreen({ name: 'problem', sentence: sentenceOf(error) })
    }
  }, [])

  const goHome = useCallback(() => {
    running.current.abort()
    setScreen({ name: 'home' })
    reload().catch((error: unknown) => setScreen({ name: 'problem', sentence: sentenceOf(error) }))
  }, [reload])

  const open = useCallback(
    (link: string) => {
      setScreen({ name: 'opening' })
      return begin(async () => ({ name: 'offer', offer: await openOffer(link, simulatorUrl) }))
    },
    [begin, simulatorUrl],
  )

  const refuse = useCallback(
    (offer: OpenedOffer, code = 5) =>
      begin(async () => {
        await refuseOffer(offer, code)
        return { name: 'ended', how: 'refused' }
      }),
    [begin],
  )

  /** Waits for a profile's certificate, keeps it, says so. */
  const take = useCallback(async (profile: SavedProfile, timeoutMs: number, signal: AbortSignal): Promise<Screen> => {
    const { certificates, confirm } = await awaitDelivery(profile, { timeoutMs, signal })
    const doing = phoneFault(current.current.fault)
    if (doing?.behave?.certificateCode !== undefined) {
      await confirm(doing.behave.certificateCode)
      return { name: 'ended', how: 'notKept' }
    }
    const kept = { ...profile, certificates: certificates.map(({ keyid, der }) => ({ keyid, der })) }
    await saveProfile(kept)
    if (doing?.behave?.certificateSilent) return { name: 'ended', how: 'notKept' }
    const told = await confirm(0).then(
      () => true,
      (error: unknown) => {
        if (error instanceof PhoneProblem && error.code === 'too_late') return false
        throw error
      },
    )
    return { name: 'stored', profile: kept, told, alarm: false }
  }, [])

  const confirmPin = useCallback(
    (offer: OpenedOffer) => {
      const { fault: chosen, deviceName: name, bentKeys: bent, supported: kinds } = current.current
      const doing = phoneFault(chosen)
      if (doing?.behave?.refuse !== undefined) return refuse(offer, doing.behave.refuse)
      if (doing?.behave?.silent) return begin(async () => ({ name: 'ended', how: 'left' }))
      setScreen({ name: 'working', step: 'keys' })
      return begin(async (signal) => {
        const device = { ...text.device, name }
        const options = { device, extractable: false, fault: chosen, bentKeys: bent, supported: kinds }
        const { profile, post } = await prepareAnswer(offer, options)
        const saved: SavedProfile = { ...profile, savedAt: new Date(), certificates: [] }
        // Before the portal hears of it: a certificate for a key that was not kept would be lost.
        await saveProfile(saved)
        if (!signal.aborted) setScreen({ name: 'working', step: 'answering' })
        await post()
        if (!signal.aborted) setScreen({ name: 'working', step: 'waiting' })
        return takeAfter(doing, saved, signal)
      })

      async function takeAfter(doing: PhoneFault | null, saved: SavedProfile, signal: AbortSignal): Promise<Screen> {
        try {
          const next = await take(saved, endsWithout(doing) ? WAIT_REFUSED_MS : WAIT_MS, signal)
          return next.name === 'stored' ? { ...next, alarm: endsWithout(doing) } : next
        } catch (error) {
          if (!endsWithout(doing) || !(error instanceof PhoneProblem) || error.code !== 'certificate_late') throw error
          await removeProfile(saved.id)
          return { name: 'ended', how: 'asExpected' }
        }
      }
    },
    [begin, refuse, take],
  )

  const remove = useCallback(
    async (profile: SavedProfile) => {
      await removeProfile(profile.id)
      goHome()
    },
    [goHome],
  )

  // The offer that the page was opened with, or that a link put into the address bar since.
  useEffect(() => {
    const takeFragment = () => {
      const { hash, pathname, search } = window.location
      if (!hash.startsWith('#offer=')) return
      window.history.replaceState(window.history.state, '', pathname + search)
      open(decodeFragment(hash.slice('#offer='.length)))
    }
    takeFragment()
    window.addEventListener('hashchange', takeFragment)
    return () => window.removeEventListener('hashchange', takeFragment)
  }, [open])

  useEffect(() => {
    reload().catch((error: unknown) => setScreen({ name: 'problem', sentence: sentenceOf(error) }))
  }, [reload])

  // At home the phone listens, as one in a pocket does: a certificate that is sent again arrives by itself.
  const atHome = screen.name === 'home' || screen.name === 'profile'
  useEffect(() => {
    if (!atHome || !profiles) return
    const stop = new AbortController()
    for (const profile of profiles.filter(({ left }) => !left).slice(0, LISTENING_PROFILES)) {
      take(profile, LISTEN_MS, stop.signal).then(setScreen, async (error: unknown) => {
        if (stop.signal.aborted || !(error instanceof PhoneProblem)) return
        if (error.code === 'box_unknown') await saveProfile({ ...profile, left: true }).then(reload)
        else if (error.code !== 'certificate_late') setScreen({ name: 'problem', sentence: sentenceOf(error) })
      })
    }
    return () => stop.abort()
  }, [atHome, profiles, reload, take])

  const trainer = { fault, setFault, bentKeys, setBentKeys, supported, setSupported, deviceName, setDeviceName }
  return { screen, setScreen, profiles, trainer, goHome, open, refuse, confirmPin, remove }
}

export type Phone = ReturnType<typeof usePhone>

/** A fragment that is not well-formed is handed on as it is, and refused as no offer. */
function decodeFragment(fragment: string): string {
  try {
    return decodeURIComponent(fragment)
  } catch {
    return fragment
  }
}
