import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { exporters } from '../../../../src/main/exporters'
import { runExport } from '../../../../src/main/exporters/run-export'
import { zipExport } from '../../../../src/main/exporters/zip-export'
import { addPicture, projectOf } from '../reviews/review-project'
import { folderWith } from '../support/folders'
import { draw, exported, filesIn, finish, readJson } from './export-project'

const box = { x0: 4, y0: 4, x1: 9, y1: 7 }
const Report = z.looseObject({
  slices: z.int(),
  objects: z.int(),
  labels: z.array(z.object({ value: z.int(), name: z.string(), objects: z.int() })),
  split: z.object({ train: z.int(), val: z.int() }).nullable(),
})

/** Three slices: one done with two objects, one with nothing on it, one to do. */
async function smallProject() {
  const project = await projectOf([200, 100, 50])
  const { session, slices } = project
  const [done = 0, empty = 0, todo = 0] = slices
  const nerve = session.store.labels.add('Nerve').id
  const vessel = session.store.labels.add('Vessel').id
  draw(session, done, { label: nerve, box })
  draw(session, done, { label: vessel, box: { x0: 12, y0: 2, x1: 20, y1: 9 } })
  draw(session, done, { label: nerve, box, change: { status: 'proposal', origin: 'model' } })
  finish(session, done)
  session.store.slices.setState(empty, 'nothing-here', 'Ada')
  return { ...project, done, empty, todo, nerve, vessel }
}

describe('an export', () => {
  it.each(exporters.filter(({ id }) => !['nifti', 'nrrd', 'dicom-seg'].includes(id)).map(({ id }) => id))(
    'as %s is a folder whose report names every file with its checksum',
    async format => {
      const { session } = await smallProject()

      const { report } = await exported(session, format)

      const folder = join(session.folder, 'exports', format)
      expect(report).toMatchObject({ format, folder, id: format, slices: 2, objects: 2, skipped: [] })
      expect(report.interrupted).toBe(false)
      expect(filesIn(folder)).toEqual(report.files.map(({ file }) => file).sort())
      for (const { file, bytes, sha256 } of report.files) {
        const content = readFileSync(join(folder, file))
        expect(content.length).toBe(bytes)
        expect(createHash('sha256').update(content).digest('hex')).toBe(sha256)
      }
      const written = readJson(join(folder, 'report.json'), Report)
      expect(written).toMatchObject({
        program: 'SliceTune 1.2.3',
        use: 'Research use only. Not a medical device.',
        project: 'Review',
        slices: 2,
        emptySlices: 1,
        split: null,
        labels: [
          { value: 1, name: 'Nerve', objects: 1 },
          { value: 2, name: 'Vessel', objects: 1 },
        ],
      })
    },
  )

  it('takes slices in progress only where that is asked for, and never proposals', async () => {
    const { session, todo, nerve } = await smallProject()
    draw(session, todo, { label: nerve, box })
    session.store.slices.setState(todo, 'in-progress', 'Ada')

    const done = await exported(session, 'csv')
    const all = await exported(session, 'csv', { options: { slices: 'accepted' } })

    expect([done.report.slices, done.report.objects]).toEqual([2, 2])
    expect([all.report.slices, all.report.objects]).toEqual([3, 3])
  })

  it('lies beside an earlier one under a number, never over it', async () => {
    const { session } = await smallProject()

    const first = await exported(session, 'csv')
    const second = await exported(session, 'csv')
    const third = await exported(session, 'csv')

    expect([first, second, third].map(({ report }) => report.id)).toEqual(['csv', 'csv-2', 'csv-3'])
    expect(filesIn(first.report.folder)).toEqual(filesIn(third.report.folder))
  })

  it('touches neither a file nor an empty folder of its name', async () => {
    const { session } = await smallProject()
    const elsewhere = folderWith({ 'scan.csv': 'mine' })
    mkdirSync(join(elsewhere, 'scans'))

    const a = await exported(session, 'csv', { folder: join(elsewhere, 'scan.csv') })
    const b = await exported(session, 'csv', { folder: join(elsewhere, 'scans') })

    expect(a.report).toMatchObject({ folder: join(elsewhere, 'scan.csv-2'), id: null })
    expect(b.report.folder).toBe(join(elsewhere, 'scans-2'))
    expect(readFileSync(join(elsewhere, 'scan.csv'), 'utf8')).toBe('mine')
  })

  it('leaves nothing when it is cancelled', async () => {
    const { session } = await smallProject()
    const abort = new AbortController()
    const exporter = exporters.find(({ id }) => id === 'png')
    if (!exporter) throw new Error('No PNG')
    const folder = join(session.folder, 'exports', 'png')
    const events = []
    for await (const event of runExport({
      ...{ session, exporter, options: {}, folder, version: '1', signal: abort.signal },
    })) {
      events.push(event)
      if (event.event === 'progress' && event.done === 1) abort.abort()
    }

    expect(events.at(-1)).toMatchObject({ event: 'report', interrupted: true, files: [] })
    expect(filesIn(join(session.folder, 'exports'))).toEqual([])
  })

  it('leaves nothing when whoever watches goes away', async () => {
    const { session } = await smallProject()
    const exporter = exporters.find(({ id }) => id === 'png')
    if (!exporter) throw new Error('No PNG')
    const folder = join(session.folder, 'exports', 'png')
    const stream = runExport({ session, exporter, options: {}, folder, version: '1' })
    for await (const event of stream) if (event.event === 'progress' && event.done === 1) break

    expect(filesIn(join(session.folder, 'exports'))).toEqual([])
  })

  it('clears away what a killed export has left', async () => {
    const { session } = await smallProject()
    const leftover = join(session.folder, 'exports', '.png.0123456789ab.unfinished')
    mkdirSync(leftover, { recursive: true })
    writeFileSync(join(leftover, 'a.png'), 'half')
    const earlier = new Date(Date.now() - 60_000)
    utimesSync(leftover, earlier, earlier)
    const locked = join(session.folder, 'exports', '.png.00000000abcd.unfinished')
    mkdirSync(locked)
    writeFileSync(join(locked, '.lock'), `4194305 ${hostname()}\n`)

    const { report } = await exported(session, 'csv')

    expect(filesIn(join(session.folder, 'exports')).every(file => file.startsWith('csv/'))).toBe(true)
    expect(report.files).toHaveLength(2)
  })

  it('leaves alone what another process is exporting', async () => {
    const { session } = await smallProject()
    const others = join(session.folder, 'exports', '.png.0123456789ab.unfinished')
    const begun = join(session.folder, 'exports', '.png.ba9876543210.unfinished')
    for (const folder of [others, begun]) mkdirSync(folder, { recursive: true })
    writeFileSync(join(others, '.lock'), `${process.ppid} ${hostname()}\n`)

    const { report } = await exported(session, 'csv')

    expect([others, begun].map(folder => existsSync(folder))).toEqual([true, true])
    expect(filesIn(report.folder)).toEqual(['measurements.csv', 'report.json'])
  })

  it('lists slices whose file cannot be read, and writes the others', async () => {
    const { session } = await smallProject()
    rmSync(join(session.folder, 'images/0.png'))

    const { report } = await exported(session, 'png')

    expect(report).toMatchObject({ slices: 1, objects: 0 })
    expect(report.skipped).toMatchObject([{ name: '0.png', code: 'FILE_NOT_FOUND' }])
    expect(report.files.map(({ file }) => file)).toEqual([
      'masks/1.png.png',
      'images/1.png.png',
      'report.json',
    ])
  })

  it('writes masks without their images where the images are gone', async () => {
    const { session } = await smallProject()
    rmSync(join(session.folder, 'images/0.png'))

    const { report } = await exported(session, 'png', { options: { images: false } })

    expect(report).toMatchObject({ slices: 2, objects: 2, skipped: [] })
  })

  it('parts slices as the training does, by group', async () => {
    const { session } = await smallProject()
    session.store.settings.set('held-out-groups', ['1.png'])

    const { report } = await exported(session, 'png')
    const flat = await exported(session, 'png', { options: { split: false } })

    expect(report.files.map(({ file }) => file)).toEqual(
      expect.arrayContaining(['train/masks/0.png.png', 'val/masks/1.png.png']),
    )
    expect(readJson(join(report.folder, 'report.json'), Report).split).toEqual({ train: 1, val: 1 })
    expect(flat.report.files.map(({ file }) => file)).toContain('masks/0.png.png')
  })

  it('gives files of equal or unsafe names names of their own', async () => {
    const { session } = await smallProject()
    const label = session.store.labels.list()[0]?.id ?? 0
    const bytes = readFileSync(join(session.folder, 'images/0.png'))
    const odd = ['a.png', 'A.png', '../../b.png', '头颅 1.png', 'NUL'].map(name => {
      const slice = addPicture(session, `${Buffer.from(name).toString('hex')}.png`, bytes)
      draw(session, slice, { label, box })
      finish(session, slice)
      const { seriesId } = session.store.slices.get(slice) ?? { seriesId: 0 }
      return { slice, seriesId, name }
    })
    // Names are the user's: these can be there because files of other folders were imported.
    for (const { seriesId, name } of odd) {
      session.store.slices.add({
        ...{ seriesId, name, plane: 1, width: 24, height: 16, spacingMm: null, state: 'nothing-here' },
      })
    }

    const { report } = await exported(session, 'yolo', { options: { images: false } })

    const files = report.files.map(({ file }) => file)
    expect(files).toEqual(
      expect.arrayContaining(['labels/train/a.png.txt', 'labels/train/A.png-2.txt', 'labels/train/_NUL.txt']),
    )
    expect(files).toEqual(
      expect.arrayContaining(['labels/train/头颅_1.png.txt', 'labels/train/__.._b.png.txt']),
    )
    expect(new Set(files.map(file => file.toLowerCase())).size).toBe(files.length)
  })

  it('refuses options that the format does not have, in words', async () => {
    const { session } = await smallProject()

    await expect(exported(session, 'coco', { options: { shape: 'circles' } })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('shape') as string,
    })
    expect(filesIn(join(session.folder, 'exports'))).toEqual([])
  })

  it('can be had as one file', async () => {
    const { session } = await smallProject()
    const { report } = await exported(session, 'coco')

    const { bytes, fileName, type } = await zipExport(session, report.id ?? '')

    expect([fileName, type]).toEqual(['coco.zip', 'application/zip'])
    const entries = unzipSync(bytes)
    expect(Object.keys(entries).sort()).toEqual(report.files.map(({ file }) => `coco/${file}`).sort())
    expect(entries['coco/report.json']).toEqual(
      new Uint8Array(readFileSync(join(report.folder, 'report.json'))),
    )
  })

  it.each(['..', '.', 'nothing', '', 'a/b'])('has no zip for %j', async id => {
    const { session } = await smallProject()

    await expect(zipExport(session, id)).rejects.toMatchObject({ code: 'NO_SUCH_ITEM' })
  })
})
