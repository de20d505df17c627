import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { findChromium } from './find-chromium'

declare module 'vitest' {
  interface ProvidedContext {
    chromiumPath: string
  }
}

export function setup(project: TestProject): void {
  if (!existsSync(join(project.config.root, 'out/renderer/index.html'))) {
    throw new Error('There is no build to test. Run "npm run build" first; "npm test" does.')
  }
  project.provide('chromiumPath', findChromium())
}
