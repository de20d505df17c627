import { defineConfig } from 'vitest/config'

/** What a user meets: the built files, a real browser, real processes. Needs `npm run build` first; `npm test` does that. */
export default defineConfig({
  test: {
    include: ['tests/e2e/**/*.test.ts'],
    globalSetup: ['tests/e2e/global-setup.ts'],
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 15_000 } }, // a page on a machine that does other things too
    fileParallelism: false,
    server: { deps: { external: [/\/out\//] } }, // built files run as they are, not as the test runner would rewrite them
  },
})
