import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { fillExports } from './interop-exports.mjs'
import { root } from './setup/root.mjs'

/**
 * `npm run interop`: what SliceTune writes is read by torch, ONNX Runtime for Python and, from the checkout that
 * EFFICIENTSAM_DIR names, EfficientSAM's own code; and the other way round. Exports of annotations are read by nibabel, pynrrd,
 * highdicom, pycocotools and others. `--only models` or `--only exports` does one of the two. See docs/interop.md.
 */

const cases = path.join(root, 'tests', 'interop')
const sample = path.join(root, 'resources', 'sample', 'fetal-head-us')

/**
 * @param {string} command
 * @param {string[]} args
 * @param {number[]} codes that are right
 * @returns {string} what it printed
 */
function run(command, args, codes = [0]) {
  const { status, stdout, error } = spawnSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 28,
    env: { ...process.env, SLICETUNE_HOME: path.join(work, 'home'), PYTHONDONTWRITEBYTECODE: '1' },
  })
  if (error) throw error
  if (status === null || !codes.includes(status))
    throw new Error(`${[command, ...args].join(' ')} ended with ${status}`)
  return stdout
}

const cli = path.join(root, 'out', 'main', 'cli.js')
/** @param {string[]} args */
const slicetune = (...args) => run(process.execPath, [cli, ...args])

/** The user's Python, or one of our own with the packages of requirements.txt, which the first run fetches. */
function findPython() {
  const given = process.env['SLICETUNE_PYTHON']
  if (given) return given
  const folder = path.join(root, '.tools', 'interop-venv')
  const python = path.join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
  const ready = path.join(folder, 'ready')
  if (!fs.existsSync(ready)) {
    console.error(`Making a Python environment in ${folder}; this fetches torch.`)
    run(process.platform === 'win32' ? 'python' : 'python3', ['-m', 'venv', folder])
    run(python, ['-m', 'pip', 'install', '--quiet', '-r', path.join(cases, 'requirements.txt')])
    fs.writeFileSync(ready, '')
  }
  return python
}

/** @param {string} name */
const inWork = name => path.join(work, name)

/**
 * The model's files for other programs, and its mask of the slice.
 *
 * @param {string} model
 * @param {string} name
 */
function exportAndPredict(model, name) {
  slicetune('models', 'export', model, '--out', inWork(name), '--force', '--json')
  const input = ['--images', inWork('slice'), '--boxes', inWork('boxes.csv')]
  slicetune('predict', ...input, '--model', model, '--out', inWork(`masks-${name}`), '--json')
}

/** @param {string} python */
function fill(python) {
  slicetune('train', '--data', sample, '--out', inWork('runs'), '--epochs', '1', '--json')
  const [name = ''] = fs.readdirSync(inWork('runs'))
  const best = path.join(inWork('runs'), name, 'medsam_lite_best.pth')
  fs.copyFileSync(best, inWork('tuned.pth'))
  slicetune('models', 'export', inWork('tuned.pth'), '--out', inWork('tuned'), '--format', 'pth', '--json')
  run(python, [path.join(cases, 'write_files.py'), work])
  exportAndPredict(inWork('tuned.pth'), 'tuned')
  exportAndPredict(inWork('official.pth'), 'official')
  exportAndPredict('medsam-lite', 'medsam-lite')
  if (!process.env['EFFICIENTSAM_DIR']) return
  /** @type {{ epoch: number, side: number }} */
  const told = JSON.parse(fs.readFileSync(inWork('torch_checkpoint.json'), 'utf8'))
  const resume = ['--resume', inWork('torch_checkpoint.pth'), '--epochs', String(told.epoch + 2)]
  const data = ['--data', sample, '--out', inWork('resumed'), '--resolution', String(told.side)]
  fs.writeFileSync(inWork('resumed.jsonl'), slicetune('train', ...data, ...resume, '--no-finder', '--json'))
}

/**
 * @param {string} python
 * @param {string} checker
 * @param {string} folder
 * @returns {{ name: string, status: string, detail: string }[]}
 */
const check = (python, checker, folder) =>
  run(python, [path.join(cases, checker), folder])
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))

/** @param {string} python */
function checkModels(python) {
  fill(python)
  return check(python, 'check_files.py', work)
}

/** @param {string} python */
function checkExports(python) {
  const folder = inWork('exports')
  run(python, [path.join(cases, 'exports', 'write_sources.py'), folder])
  // Files that a format cannot hold are named, and the rest is written: that ends with a code of its own.
  fillExports(folder, (...args) => run(process.execPath, [cli, ...args], [0, 3]))
  return check(python, path.join('exports', 'check_exports.py'), folder)
}

const parts = { models: checkModels, exports: checkExports }
const { only } = parseArgs({ options: { only: { type: 'string' } } }).values
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'slicetune-interop-'))
try {
  const chosen = Object.entries(parts).filter(([name]) => only === undefined || only === name)
  if (chosen.length === 0) throw new Error(`--only takes ${Object.keys(parts).join(' or ')}`)
  const python = findPython()
  const results = chosen.flatMap(([, part]) => part(python))
  for (const { name, status, detail } of results) console.log(`${status.padEnd(8)} ${name} (${detail})`)
  /** @param {string} status */
  const count = status => results.filter(result => result.status === status).length
  console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('not run')} not run`)
  process.exitCode = count('failed') > 0 ? 1 : 0
} finally {
  if (process.env['SLICETUNE_KEEP']) console.error(`Kept ${work}`)
  else fs.rmSync(work, { recursive: true, force: true })
}
