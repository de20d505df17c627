import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { writeNpy, writePng } from '../../../src/main/codecs'
import { tensor } from '../../../src/core/tensor/tensor'
import { eventsIn, runCli, sample } from './run-cli'

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const clean of cleanups.splice(0).reverse()) clean()
})

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'slicetune 头 '))
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
  // mkdtemp keeps others out, but some tests run the program as another user.
  chmodSync(folder, 0o755)
  return folder
}

/** Heads of the sample that are known to be good. */
function goodData(count = 1): { folder: string; images: string; masks: string } {
  const folder = temporaryFolder()
  const [images, masks] = [join(folder, 'images'), join(folder, 'masks')]
  for (const part of ['images', 'masks'] as const) {
    mkdirSync(join(folder, part))
    const names = readdirSync(join(sample, 'val', part))
      .sort()
      .slice(0, count)
    for (const name of names) copyFileSync(join(sample, 'val', part, name), join(folder, part, name))
  }
  return { folder, images, masks }
}

const blank = writePng(tensor('uint8', [16, 16], new Uint8Array(256)))
const square = writePng(
  tensor(
    'uint8',
    [16, 16],
    Uint8Array.from({ length: 256 }, (_, i) => (i > 100 && i < 140 ? 1 : 0)),
  ),
)

describe('data that cannot be used', () => {
  test('a missing folder is named', async () => {
    const { code, stdout, stderr } = await runCli(['evaluate', '--data', '/no/such/folder', '--json'])

    expect(code).toBe(3)
    expect(eventsIn(stdout).at(-1)).toEqual({
      event: 'error',
      code: 'FOLDER_NOT_FOUND',
      message: 'The folder /no/such/folder does not exist. Check the path.',
      file: '/no/such/folder',
    })
    expect(stderr).toContain('The folder /no/such/folder does not exist.')
  })

  test('a corrupt slice, an empty mask and NaN pixels are left out one by one; the rest is judged', async () => {
    const { folder, images, masks } = goodData()
    const png = readFileSync(join(images, readdirSync(images)[0] ?? ''))
    writeFileSync(join(images, 'corrupt.png'), png.subarray(0, png.length / 2))
    writeFileSync(join(masks, 'corrupt.png'), square)
    writeFileSync(join(images, 'empty.png'), square)
    writeFileSync(join(masks, 'empty.png'), blank)
    const nan = Float32Array.from({ length: 256 }, (_, i) => (i === 7 ? NaN : i))
    writeFileSync(join(images, 'nan.npy'), writeNpy(tensor('float32', [16, 16], nan)))
    writeFileSync(join(masks, 'nan.png'), square)

    const lenient = await runCli(['evaluate', '--data', folder, '--json'])
    const strict = await runCli(['evaluate', '--data', folder, '--json', '--strict'])

    const events = eventsIn(lenient.stdout)
    const skipped = events.flatMap(event => (event.event === 'skipped' ? [event] : []))
    expect(lenient.code).toBe(0)
    expect(skipped.map(({ file, code }) => [file, code])).toEqual([
      [join(images, 'corrupt.png'), 'CORRUPT_FILE'],
      [join(masks, 'empty.png'), 'UNUSABLE_SLICE'],
      [join(images, 'nan.npy'), 'UNUSABLE_SLICE'],
    ])
    expect(events.filter(event => event.event === 'case')).toHaveLength(1)
    expect(events.at(-1)).toMatchObject({ event: 'report', cases: 1, skipped: 3 })
    expect(strict.code).toBe(3)
    expect(eventsIn(strict.stdout).at(-1)).toMatchObject({ event: 'error', code: 'ITEMS_REFUSED' })
  })

  test('one patient only is refused with what to do, and leaves no run behind', async () => {
    const { folder, images } = goodData(2)
    const out = join(folder, 'runs')
    writeFileSync(
      join(folder, 'patients.csv'),
      ['filename,patient', ...readdirSync(images).map(name => `${name},P1`)].join('\n'),
    )
    const group = ['--group', join(folder, 'patients.csv')]

    const { code, stdout } = await runCli(['train', '--data', folder, '--out', out, ...group, '--json'])

    expect(code).toBe(3)
    expect(eventsIn(stdout).at(-1)).toMatchObject({ event: 'error', code: 'SINGLE_GROUP' })
    expect(readdirSync(folder)).not.toContain('runs')
  })

  test('a wrong checkpoint is refused, with nothing written', async () => {
    const { folder, images } = goodData()
    const model = join(folder, 'model.pth')
    writeFileSync(model, 'these are not weights')

    const { code, stdout } = await runCli([
      'embed',
      '--images',
      images,
      '--model',
      model,
      '--out',
      join(folder, 'out'),
      '--json',
    ])

    expect(code).toBe(3)
    expect(eventsIn(stdout)).toMatchObject([{ event: 'error', code: 'NOT_A_CHECKPOINT', file: model }])
  })

  test('an unknown model lists the known ones', async () => {
    const { folder } = goodData()

    const { code, stderr } = await runCli(['evaluate', '--data', folder, '--model', 'sam'])

    expect(code).toBe(3)
    expect(stderr).toContain('There is no model sam. Give a file, or one of: efficientsam-ti-medical')
  })

  test('a fault in a csv names file and line', async () => {
    const { folder, images } = goodData()
    const boxes = join(folder, 'boxes.csv')
    writeFileSync(boxes, 'image,x0,y0,x1,y1\na.png,1,2,three,4\n')

    const { code, stderr } = await runCli([
      'predict',
      '--images',
      images,
      '--boxes',
      boxes,
      '--out',
      join(folder, 'out'),
    ])

    expect(code).toBe(3)
    expect(stderr).toContain(`${boxes}, line 2: x1 is "three", which is not a number.`)
  })
})

describe('a place that cannot be written to', () => {
  test('a read-only folder stops at once', async () => {
    const { folder, images } = goodData()
    const out = join(folder, 'out')
    mkdirSync(out)
    chmodSync(out, 0o555)
    // Permissions do not bind root.
    const uid = process.getuid?.() === 0 ? { uid: 65_534 } : {}

    const { code, stdout } = await runCli(['embed', '--images', images, '--out', out, '--json'], uid)

    expect(code).toBe(3)
    expect(eventsIn(stdout)).toMatchObject([{ event: 'error', code: 'FOLDER_NOT_WRITABLE', file: out }])
    expect(readdirSync(out)).toEqual([])
  })

  test('a full disk stops at once and leaves nothing half written', async () => {
    const { folder, images } = goodData()
    const out = join(folder, 'out')
    mkdirSync(out)
    const limit = smallDisk(out)

    const { code, stdout } = await runCli(['embed', '--images', images, '--out', out, '--json'], limit)

    expect(code).toBe(3)
    expect(eventsIn(stdout)).toMatchObject([{ event: 'error', code: 'DISK_FULL' }])
    expect(readdirSync(out)).toEqual([])
  })
})

/** A disk of 64 kB where one can be mounted, else a limit on the size of files; a feature map takes 256 kB. */
function smallDisk(folder: string): { wrapper?: readonly string[] } {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' })
    cleanups.push(() => execFileSync('umount', [folder]))
    return {}
  } catch {
    return { wrapper: ['prlimit', '--fsize=65536'] }
  }
}
