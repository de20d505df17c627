import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as z from 'zod'

/** A tree of our layout in which each file breaks one rule, or none. */
const tree: Record<string, string> = {
  'src/shared/leaf.ts': "import * as z from 'zod'\nexport const leaf = z.string()",
  'src/shared/climbs.ts': "export type { op } from '../core/op'",
  'src/shared/heavy.ts': "import { zipSync } from 'fflate'\nexport const heavy = zipSync",
  'src/core/op.ts':
    "import { leaf } from '../shared/leaf'\nimport { zipSync } from 'fflate'\nexport const op = [leaf, zipSync]",
  'src/core/reads.ts': "import fs from 'node:fs'\nexport const reads = fs",
  'src/core/runs.ts':
    "import type { engine } from '../main/engines/onnxruntime/engine'\nexport type Runs = typeof engine",
  'src/core/parses.ts': "import * as z from 'zod'\nexport const parses = z",
  'src/core/first.ts': "import { second } from './second'\nexport const first = (): unknown => second",
  'src/core/second.ts': "import { first } from './first'\nexport const second = (): unknown => first",
  'src/core/lost.ts': "import { nowhere } from './nowhere'\nexport const lost = nowhere",
  'src/main/engines/onnxruntime/engine.ts':
    "import * as ort from 'onnxruntime-node'\nexport const engine = ort",
  'src/main/workers/engine.worker.ts': "export { engine } from '../engines/onnxruntime/engine'",
  'src/main/workers/spawn.ts': "export { engine } from '../engines/onnxruntime/engine'",
  'src/main/services/train.ts': "import { print } from '../doors/cli/print'\nexport const train = print",
  'src/main/services/infers.ts': "import * as ort from 'onnxruntime-node'\nexport const infers = ort",
  'src/main/services/opens.ts': "import { app } from 'electron'\nexport const opens = app",
  'src/main/doors/cli/print.ts': 'export const print = 1',
  'src/main/doors/electron/window.ts': "import { app } from 'electron'\nexport const window = app",
  'src/preload/index.ts': "import { leaf } from '../shared/leaf'\nexport const preload = leaf",
  'src/renderer/src/page.ts':
    "import { op } from '../../core/op'\nimport { leaf } from '../../shared/leaf'\nexport const page = [op, leaf]",
  'src/renderer/src/draws.ts': "import { Canvas } from 'fabric'\nexport const draws = Canvas",
}

const expected = [
  'core-has-few-packages: src/core/parses.ts',
  'core-is-pure: src/core/runs.ts',
  'electron-at-its-door: src/main/services/opens.ts',
  'engines-only-in-workers: src/core/runs.ts',
  'engines-only-in-workers: src/main/workers/spawn.ts',
  'fabric-at-its-place: src/renderer/src/draws.ts',
  'no-cycles: src/core/first.ts',
  'no-node-in-shared-core-renderer: src/core/reads.ts',
  'nothing-unresolvable: src/core/lost.ts',
  'preload-knows-only-electron: src/preload/index.ts',
  'renderer-knows-only-shared: src/renderer/src/page.ts',
  'runtimes-only-in-engines: src/main/services/infers.ts',
  'services-know-no-door: src/main/services/train.ts',
  'shared-has-only-zod: src/shared/heavy.ts',
  'shared-is-a-leaf: src/shared/climbs.ts',
  'zod-only-in-shared-and-main: src/core/parses.ts',
]

const Report = z.object({
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string() }) })),
  }),
})

const root = resolve(import.meta.dirname, '../../..')
const folder = mkdtempSync(join(tmpdir(), 'slicetune-rules-'))

beforeAll(() => {
  for (const [name, content] of Object.entries(tree)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  for (const name of ['.dependency-cruiser.mjs', 'tsconfig.base.json', 'package.json']) {
    cpSync(join(root, name), join(folder, name))
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

test('every import rule catches the file that breaks it and no other', () => {
  const cruise = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs')
  const result = spawnSync(process.execPath, [cruise, 'src', '--output-type', 'json'], {
    cwd: folder,
    encoding: 'utf8',
  })

  const { violations } = Report.parse(JSON.parse(result.stdout)).summary
  const found = [...new Set(violations.map(({ from, rule }) => `${rule.name}: ${from}`))]
  expect(found.sort()).toEqual(expected)
})
