/**
 * Class names, joined. Not tailwind-merge: it would add 8 kB of script to every page with one interactive part. A class passed to a
 * primitive must therefore not contradict the primitive's own; the primitives have variants for what may differ.
 */
export { type ClassValue, clsx as cn } from 'clsx'
