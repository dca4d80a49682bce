'use client'
/** False until the page's scripts run: a button that needs them is not to be pressed in vain on a slow machine. */
import { useSyncExternalStore } from 'react'

const never = () => () => undefined

export const useReady = (): boolean =>
  useSyncExternalStore(
    never,
    () => true,
    () => false,
  )
