/** How much a rehearsal replays and lists. Apart from rehearsal.ts, because pages show these numbers and need none of the checks. */

/** No more answers than these are replayed, the newest ones; at 0.4 ms each that is two seconds of a worker. */
export const MAX_REHEARSED = 5_000
/** So many changes are listed; all are counted. */
export const MAX_LISTED = 200
