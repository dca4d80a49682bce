/** How long a one-time link may hold, in days. Apart from schema.ts, so that the form does not bring the schema library to the browser. */
export const LINK_DAYS = [1, 3, 7, 14] as const
export const DEFAULT_LINK_DAYS = 7
