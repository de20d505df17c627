import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { root } from './setup/root.mjs'

/** `npm run pictures`: walks the journey in a browser and keeps what it looked like in docs/images. */
const taken = fs.mkdtempSync(path.join(os.tmpdir(), 'slicetune-pictures-'))
const kept = /^(annotate-candidates|tune-running|\w+-(dark-en|light-zh-CN)-1440)[.]jpg$/
const vitest = path.join(root, 'node_modules/vitest/vitest.mjs')
const { status } = spawnSync(
  process.execPath,
  [vitest, 'run', '--config', 'vitest.e2e.config.ts', 'tests/e2e/journey'],
  { cwd: root, stdio: 'inherit', env: { ...process.env, SLICETUNE_PICTURES: taken } },
)
if (status === 0) {
  const folder = path.join(root, 'docs/images')
  fs.mkdirSync(folder, { recursive: true })
  const names = fs.readdirSync(taken).filter(name => kept.test(name))
  for (const name of names) fs.copyFileSync(path.join(taken, name), path.join(folder, name))
  process.stdout.write(`${names.length} pictures are in ${folder}\n`)
}
fs.rmSync(taken, { recursive: true, force: true })
process.exitCode = status ?? 1
