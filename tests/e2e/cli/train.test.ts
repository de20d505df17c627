import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { decode } from 'fast-png'
import { afterEach, expect, test } from 'vitest'
import { readTrainingCheckpoint } from '../../../src/core/checkpoint'
import { discFiles } from '../../unit/main/support/disc-slices'
import { eventsIn, runCli } from './run-cli'

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const clean of cleanups.splice(0).reverse()) clean()
})

/** Small slices in train and val, and a place for runs that other users may enter. */
function folderOfDiscs(): { data: string; out: string } {
  const folder = mkdtempSync(join(tmpdir(), 'slicetune train 头 '))
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
  chmodSync(folder, 0o755)
  const [data, out] = [join(folder, 'data'), join(folder, 'runs')]
  for (const [path, bytes] of Object.entries({ ...discFiles(4, 'train/'), ...discFiles(1, 'val/', 10) })) {
    mkdirSync(dirname(join(data, path)), { recursive: true })
    writeFileSync(join(data, path), bytes)
  }
  mkdirSync(out)
  return { data, out }
}

const quickly = ['--resolution', '64', '--batch-size', '2', '--json']
const trainArguments = ({ data, out }: { data: string; out: string }, epochs: number) => [
  ...['train', '--data', data, '--out', out, '--epochs', String(epochs)],
  ...quickly,
]

test('Ctrl+C in train leaves a checkpoint, and --resume goes on from there to the end', async () => {
  const folders = folderOfDiscs()
  let sent = false

  const stopped = await runCli(trainArguments(folders, 4), {
    onLine: (line, kill) => {
      if (sent || !line.includes('"event":"epoch"')) return
      sent = true
      kill('SIGINT')
    },
  })
  const [run = ''] = readdirSync(folders.out)
  const latest = join(folders.out, run, 'medsam_lite_latest.pth')
  const { model } = readTrainingCheckpoint(readFileSync(latest), latest)
  const resumed = await runCli([...trainArguments(folders, 4), '--resume', folders.out])

  const [first, second] = [eventsIn(stopped.stdout), eventsIn(resumed.stdout)]
  const epochsOf = (events: typeof first) =>
    events.flatMap(event => (event.event === 'epoch' ? [event.epoch] : []))
  expect(stopped.code).toBe(130)
  expect(first.at(-1)).toMatchObject({ event: 'report', command: 'train', interrupted: true })
  expect(model.size).toBeGreaterThan(200)
  expect(resumed.code).toBe(0)
  expect(second.at(-1)).toMatchObject({
    ...{ event: 'report', command: 'train', ended: 'finished', epochs: 4, interrupted: false },
    folder: join(folders.out, run),
    checkpoint: join(folders.out, run, 'medsam_lite_best.pth'),
  })
  expect(epochsOf(first).length).toBeLessThan(4)
  expect([...epochsOf(first), ...epochsOf(second)]).toEqual([1, 2, 3, 4])
  expect(readdirSync(folders.out)).toEqual([run])
  expect(
    readFileSync(join(folders.out, run, 'log.jsonl'), 'utf8')
      .trim()
      .split('\n'),
  ).toHaveLength(4)
  // What is for people goes to stderr.
  expect(resumed.stderr).toContain('Going on from')
})

test('a read-only folder for the runs ends train at once', async () => {
  const folders = folderOfDiscs()
  chmodSync(folders.out, 0o555)
  // Permissions do not bind root.
  const uid = process.getuid?.() === 0 ? { uid: 65_534 } : {}

  const { code, stdout } = await runCli(trainArguments(folders, 1), uid)

  expect(code).toBe(3)
  expect(eventsIn(stdout).at(-1)).toMatchObject({
    ...{ event: 'error', code: 'FOLDER_NOT_WRITABLE', file: folders.out },
  })
  expect(readdirSync(folders.out)).toEqual([])
})

test('a full disk ends train with its name, and no file is half written', async () => {
  const folders = folderOfDiscs()
  const limit = smallDisk(folders.out)

  const { code, stdout } = await runCli(trainArguments(folders, 2), limit)

  expect(code).toBe(3)
  const [run = ''] = readdirSync(folders.out)
  expect(eventsIn(stdout).at(-1)).toMatchObject({
    ...{ event: 'error', code: 'DISK_FULL', file: join(folders.out, run, 'medsam_lite_best.pth') },
  })
  // The settings, the log and the charts of the first epoch fit, and all are whole.
  const charts = ['log.png', 'train_loss.png', 'val_dice.png']
  expect(readdirSync(join(folders.out, run)).sort()).toEqual(['config.json', 'log.jsonl', ...charts])
  for (const chart of charts) expect(() => decode(readFileSync(join(folders.out, run, chart)))).not.toThrow()
  expect(JSON.parse(readFileSync(join(folders.out, run, 'log.jsonl'), 'utf8'))).toMatchObject({ epoch: 1 })
})

/** A disk of a megabyte where one can be mounted, else a limit on the size of files; a checkpoint takes forty. */
function smallDisk(folder: string): { wrapper?: readonly string[] } {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=755', 'tmpfs', folder], { stdio: 'ignore' })
    cleanups.push(() => execFileSync('umount', [folder]))
    return {}
  } catch {
    return { wrapper: ['prlimit', '--fsize=1048576'] }
  }
}
