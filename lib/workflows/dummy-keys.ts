/**
 * Throw-away keys for the dummy PKCS#10 of a provision command (protocol note, section 5).
 *
 * The phone replaces this key by its own, so all it does is sign one CSR that says which subject is wanted. It must never be used for
 * anything else: each pair is handed out once, its private half is dropped after the one signature, and an answer that comes back
 * with it is refused (C18, C21). Making an RSA-2048 pair costs 100–200 ms of a core, so some are made ahead, one at a time, in the thread
 * pool of the runtime; a burst larger than the stock waits for new ones instead of sharing.
 */
import { generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { KeyType } from '#lib/core/enrollment/profile.ts'

const generate = promisify(generateKeyPair)

const rsa = async (modulusLength: number): Promise<KeyObject> =>
  (await generate('rsa', { modulusLength, publicExponent: 0x10001 })).privateKey
const ec = async (namedCurve: string): Promise<KeyObject> => (await generate('ec', { namedCurve })).privateKey

/** How each key type is made. A new row of KEY_TYPES does not compile without its maker here. */
const MAKERS = {
  'RSA-2048': () => rsa(2048),
  'RSA-3072': () => rsa(3072),
  'RSA-4096': () => rsa(4096),
  'EC-P256': () => ec('P-256'),
  'EC-P384': () => ec('P-384'),
} as const satisfies Record<KeyType, () => Promise<KeyObject>>

export interface DummyKeys {
  /** A private key nobody has seen before and nobody will get again. */
  take(keyType: KeyType): Promise<KeyObject>
  /** Begins to fill the stock. */
  warm(): void
  /** No more keys are made ahead. */
  close(): void
}

/** Kept ready before anybody has asked: what every profile uses that does not say otherwise. The others from their first use on. */
const FIRST: readonly KeyType[] = ['RSA-2048']

/** @param size how many of each type in use are kept ready. @param restMs pause between two keys made ahead, so that jobs come first. */
export function createDummyKeys(size = 8, restMs = 50): DummyKeys {
  const stock = new Map<KeyType, KeyObject[]>()
  const used = new Set<KeyType>(FIRST)
  let filling = false
  let closed = false

  const ready = (type: KeyType): KeyObject[] => {
    const keys = stock.get(type) ?? []
    stock.set(type, keys)
    return keys
  }

  async function fill(): Promise<void> {
    if (filling) return
    filling = true
    try {
      for (let type = lacking(); type && !closed; type = lacking()) {
        const key = await MAKERS[type]()
        ready(type).push(key)
        await new Promise((rested) => setTimeout(rested, restMs).unref())
      }
    } finally {
      filling = false
    }
  }
  const lacking = (): KeyType | undefined => [...used].find((type) => ready(type).length < size)
  // Nobody waits for this: a failure shows itself when a key is taken and has to be made there.
  const warm = (): void => void fill().catch(() => undefined)

  return {
    async take(type) {
      used.add(type)
      const key = ready(type).pop() ?? (await MAKERS[type]())
      if (!closed) warm()
      return key
    },
    warm,
    close() {
      closed = true
    },
  }
}
