/** Imported first: lib/core finds its Buffer. */
import { octets } from './octets.ts'

Object.defineProperty(globalThis, 'Buffer', { value: octets, configurable: true })
