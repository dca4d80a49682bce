/** Light, dark, or as the system says. Kept in a cookie, so that the server draws the page right the first time. */
export const THEME_COOKIE = 'certdesk-theme'
export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

export const readTheme = (value: string | undefined): Theme => THEMES.find((theme) => theme === value) ?? 'system'
