import { connection } from 'next/server'
import type { ReactNode } from 'react'

export default async function RootLayout({ children }: { children: ReactNode }) {
  // Every page is rendered for its request: a static one could not carry the nonce of the answer's policy.
  await connection()
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  )
}
