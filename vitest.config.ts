import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/{unit,golden,contract,migrations}/**/*.test.ts'],
    // The large goldens take a minute on two cores; machines are shared.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
  },
})
