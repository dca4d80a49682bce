/**
 * What every page stands in. The nonce policy of proxy.ts holds here: nothing inline runs, so the theme is a class on <html> that the
 * server sets from a cookie, and fonts come from our own origin.
 */
import type { Metadata, Viewport } from 'next'
import { cookies } from 'next/headers'
import { connection } from 'next/server'
import type { ReactNode } from 'react'
import { readTheme, THEME_COOKIE } from '#components/shell/theme.ts'
import { cn } from '#components/ui/cn.ts'
import { common } from '#lib/messages/common.ts'
import { mono, sans } from './fonts.ts'
import './globals.css'

export const metadata: Metadata = {
  title: { template: `%s · ${common.product}`, default: common.product },
  description: 'Certificates on people’s phones.',
  icons: { icon: '/favicon.svg' },
  robots: { index: false, follow: false },
  // Serial and phone numbers are not telephone numbers to call.
  formatDetection: { telephone: false, email: false, address: false },
}

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#fafafb' },
    { media: '(prefers-color-scheme: dark)', color: '#0e1014' },
  ],
}

export default async function RootLayout({ children }: { children: ReactNode }) {
  // Every page is rendered for its request: a static one could not carry the nonce of the answer's policy.
  await connection()
  const theme = readTheme((await cookies()).get(THEME_COOKIE)?.value)
  return (
    <html lang="en" className={cn(sans.variable, mono.variable, theme !== 'system' && theme)}>
      <body>{children}</body>
    </html>
  )
}
