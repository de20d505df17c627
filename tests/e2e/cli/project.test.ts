import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
  copyFileSync,
  readdirSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventsIn, runCli, sample } from './run-cli'

let home = ''
beforeAll(() => (home = mkdtempSync(join(tmpdir(), 'slicetune-cli-project-'))))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const project = (): string => join(home, 'heads')
const run = (...args: string[]) =>
  runCli(['project', ...args], { env: { SLICETUNE_HOME: join(home, 'user') } })

describe('slicetune project', () => {
  test('makes a project, and refuses to make it twice', async () => {
    const made = await run('create', project(), '--name', 'Fetal heads', '--json')
    const again = await run('create', project())

    expect(made.code).toBe(0)
    expect(eventsIn(made.stdout).at(-1)).toMatchObject({
      event: 'report',
      command: 'project',
      name: 'Fetal heads',
    })
    expect(existsSync(join(project(), 'project.sqlite'))).toBe(true)
    expect(again.code).toBe(3)
  })

  test('imports a folder with its label maps, names what it cannot read, and exits 3 for it', async () => {
    const scans = join(home, 'scans')
    for (const kind of ['images', 'masks']) {
      mkdirSync(join(scans, kind), { recursive: true })
      for (const name of readdirSync(join(sample, 'val', kind)).slice(0, 3)) {
        copyFileSync(join(sample, 'val', kind, name), join(scans, kind, name))
      }
    }
    writeFileSync(join(scans, 'images', 'broken.png'), 'no picture')

    const { code, stdout } = await run('import', project(), '--from', scans, '--copy', '--json')

    expect(code).toBe(3)
    const events = eventsIn(stdout)
    expect(events).toContainEqual(expect.objectContaining({ event: 'skipped', code: 'CORRUPT_FILE' }))
    expect(events).toContainEqual(expect.objectContaining({ event: 'report', slices: 3 }))
    expect(events.at(-1)).toMatchObject({ event: 'error', code: 'ITEMS_REFUSED' })
  })

  test('lists it with what is done', async () => {
    const { code, stdout } = await run('list')

    expect(code).toBe(0)
    expect(stdout).toContain('Fetal heads: 3 of 3 slices done')
  })

  test('exports its annotations with a report, a number behind the second', async () => {
    const out = join(home, 'exported')

    const first = await run(
      'export',
      project(),
      '--format',
      'coco',
      '--options',
      'shape=both,images=false',
      '--out',
      out,
    )
    const second = await run('export', project(), '--format', 'csv', '--out', out, '--json')

    expect([first.code, second.code]).toEqual([0, 0])
    expect(readdirSync(out).sort()).toEqual(['annotations-polygons.json', 'annotations.json', 'report.json'])
    const report: unknown = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))
    expect(report).toMatchObject({ slices: 3, objects: 3, use: 'Research use only. Not a medical device.' })
    expect(eventsIn(second.stdout)).toContainEqual({ event: 'written', file: `${out}-2` })
  })

  test.each([
    [['export', 'HEADS', '--format', 'docx'], 2, 'There is no format docx'],
    [['export', 'HEADS', '--options', 'shape=circles'], 2, 'no such option: shape'],
    [['predict', 'HEADS'], 3, 'cannot find objects by itself'],
    [['export', '/nowhere/at-all'], 3, '/nowhere/at-all'],
    [['train', 'HEADS', '--preset', 'enormous'], 2, '--preset'],
  ])('says what is wrong with %j', async (args, exitCode, words) => {
    const { code, stderr } = await run(...args.map(word => (word === 'HEADS' ? project() : word)))

    expect(code).toBe(exitCode)
    expect(stderr).toContain(words)
  })
})
