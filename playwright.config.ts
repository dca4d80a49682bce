import { defineConfig } from '@playwright/test'
import { chromiumPath } from './e2e/harness/chromium.ts'

// The browser is the system's Chromium: nothing is downloaded. The portal under test is started by e2e/fixtures.ts the production way.
export default defineConfig({
  testDir: './e2e',
  testMatch: '**/*.spec.ts',
  fullyParallel: true,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  forbidOnly: true,
  retries: 0,
  reporter: [['list'], ['json', { outputFile: 'test-results/playwright.json' }]],
  outputDir: 'test-results/playwright',
  globalSetup: './e2e/harness/playwright-setup.ts',
  use: {
    launchOptions: {
      executablePath: chromiumPath() ?? undefined,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    },
    // Icons that turn while something is under way would be painted by the processor, sixty times a second.
    contextOptions: { reducedMotion: 'reduce' },
    viewport: { width: 1280, height: 900 },
    locale: 'en-GB',
    timezoneId: 'Europe/Stockholm',
    // Recording every step doubles the time of the run; `npx playwright test --trace on FILE` records one.
    trace: 'off',
    screenshot: 'only-on-failure',
  },
})
