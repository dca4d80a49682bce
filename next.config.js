// What Next is told. Every request-time decision (nonce, policy) is proxy.ts's; authorisation is nobody's here, only lib/data's.

/** Headers that hold for every answer, page or not. The Content-Security-Policy of pages has a nonce and comes from proxy.ts. */
const everywhere = [
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'X-Frame-Options', value: 'DENY' },
  // Not "no-referrer": with it a form posted before the scripts run would carry `Origin: null` and be refused as cross-site.
  { key: 'Referrer-Policy', value: 'same-origin' },
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
  { key: 'Cross-Origin-Resource-Policy', value: 'same-origin' },
  { key: 'Permissions-Policy', value: 'camera=(self), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()' },
]

/** Nothing under these paths is a page: no script, style, frame or form may come of it. */
const inert = [
  { key: 'Content-Security-Policy', value: "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'" },
]

/** The offline verifier's own policy (lib/embedded/build-verifier.ts) names the hashes of its script and style; both policies hold. */
const verifier = [
  {
    key: 'Content-Security-Policy',
    value:
      "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  },
]

/** @type {import('next').NextConfig} */
const config = {
  poweredByHeader: false,
  // Pages do not mind a slash at the end of their address; the callback's with one is no address at all (F-S14).
  skipTrailingSlashRedirect: true,
  reactStrictMode: true,
  // The image optimiser is not used and has had remote code execution; without it /_next/image answers 404.
  images: { unoptimized: true },
  productionBrowserSourceMaps: false,
  // `npm test` runs the type checker over the whole tree; a second run here would cost every first start some 15 s.
  typescript: { ignoreBuildErrors: true },
  // Loaded by Node as they are: native or worker code, or too large to be worth bundling.
  serverExternalPackages: [
    'pg',
    'pino',
    'better-auth',
    '@prisma/client',
    '@prisma/adapter-pg',
    'graphile-worker',
    'reflect-metadata',
    '@peculiar/x509',
  ],
  turbopack: { root: import.meta.dirname },
  allowedDevOrigins: ['127.0.0.1', 'localhost'],
  devIndicators: false,
  async headers() {
    return [
      { source: '/:path*', headers: everywhere },
      // The address of a one-time link is a secret: it is told to nobody, and no search engine keeps it.
      {
        source: '/enroll/:path*',
        headers: [
          { key: 'Referrer-Policy', value: 'no-referrer' },
          { key: 'X-Robots-Tag', value: 'noindex, nofollow' },
        ],
      },
      { source: '/api/:path*', headers: inert },
      { source: '/hermod/:path*', headers: inert },
      { source: '/pki/:path*', headers: inert },
      { source: '/verify-bundle.html', headers: verifier },
    ]
  },
}

export default config
