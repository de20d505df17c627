import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventsIn, runCli } from './run-cli'

const zoo = join(import.meta.dirname, '../../fixtures/zoo/dicom-series-ct')

let home = ''
beforeAll(() => (home = mkdtempSync(join(tmpdir(), 'slicetune-cli-labels-'))))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const run = (...args: string[]) =>
  runCli(['project', ...args], { env: { SLICETUNE_HOME: join(home, 'user') } })

test('slicetune project labels attaches what belongs to the images, names the rest, and exits 3 for it', async () => {
  const project = join(home, 'livers')
  const scans = join(home, 'scans')
  mkdirSync(scans)
  for (const name of ['01.dcm', '02.dcm', '03.dcm']) copyFileSync(join(zoo, name), join(scans, name))
  await run('create', project)
  await run('import', project, '--from', scans)
  const masks = join(home, 'masks')
  mkdirSync(masks)
  copyFileSync(join(zoo, 'liver.dcm'), join(masks, 'liver.dcm'))

  const good = await run('labels', project, '--from', masks, '--json')

  expect(good.code).toBe(0)
  expect(eventsIn(good.stdout)).toEqual([
    expect.objectContaining({
      event: 'labels',
      file: join('masks', 'liver.dcm'),
      outcome: 'attached',
      masks: 3,
    }),
    expect.objectContaining({ event: 'report', masks: 3, slices: 3, refused: 0, unmatched: 0 }),
  ])

  writeFileSync(
    join(masks, 'lost.json'),
    '{"shapes": [{"label": "a", "points": [[0,0],[1,0],[1,1]]}], "imagePath": "x.png"}',
  )
  writeFileSync(join(masks, 'bad.json'), '{"shapes": [{"label": 5}], "imagePath": "x.png"}')
  const rest = await run('labels', project, '--from', masks, '--json')

  expect(rest.code).toBe(3)
  expect(eventsIn(rest.stdout)).toMatchObject([
    { event: 'skipped', code: 'CORRUPT_FILE' },
    { event: 'labels', outcome: 'known' },
    { event: 'skipped', code: 'LABELS_NOT_MATCHED' },
    { event: 'report', known: 3 },
    { event: 'error', code: 'ITEMS_REFUSED' },
  ])
})

test('slicetune project labels names the images of the project where it has none of the given name', async () => {
  const { code, stderr } = await run('labels', join(home, 'livers'), '--from', zoo, '--to', 'brain')

  expect(code).toBe(2)
  expect(stderr).toContain('The project has no image brain. Its first ones: CT-2')
})
