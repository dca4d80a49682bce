/**
 * The web phone's memory: IndexedDB, because it alone keeps a CryptoKey as it is, with a private half that no script can read out.
 * Everything stays in this browser.
 */
import type { PhoneProfile } from '#lib/simulator/phone/phone.ts'

export interface SavedProfile extends PhoneProfile {
  savedAt: Date
  certificates: { keyid: string; der: Uint8Array }[]
  /** The messaging server does not know its mailbox any more. */
  left?: boolean
}

/** Keys could not be kept. */
export class StorageError extends Error {}

const DATABASE = 'certdesk-training-phone'
const STORE = 'profiles'

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'id' })
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

async function inStore<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  let database: IDBDatabase | undefined
  try {
    database = await openDatabase()
    const transaction = database.transaction(STORE, mode)
    const request = work(transaction.objectStore(STORE))
    return await new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result)
      transaction.onabort = () => reject(transaction.error)
    })
  } catch (cause) {
    throw new StorageError('The browser keeps no keys.', { cause })
  } finally {
    database?.close()
  }
}

/** Newest first. @throws StorageError */
export async function listProfiles(): Promise<SavedProfile[]> {
  const profiles = await inStore<SavedProfile[]>('readonly', (store) => store.getAll())
  return profiles.toSorted((a, b) => b.savedAt.getTime() - a.savedAt.getTime())
}

/** @throws StorageError */
export const saveProfile = (profile: SavedProfile): Promise<IDBValidKey> => inStore('readwrite', (store) => store.put(profile))

/** @throws StorageError */
export const removeProfile = (id: string): Promise<undefined> => inStore('readwrite', (store) => store.delete(id))
