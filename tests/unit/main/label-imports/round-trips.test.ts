import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ProjectSession } from '../../../../src/main/projects/project-session'
import { zooFolder } from '../codecs/zoo'
import { draw, exported, finish, imported } from '../exporters/export-project'
import { smallProject } from '../support/small-project'
import { attach } from './import-labels'

const ct = ['01', '02', '03'].map(name => join(zooFolder, `dicom-series-ct/${name}.dcm`))
const oblique = join(zooFolder, 'nifti/example_ct_sm.nii.gz')
const picture = join(zooFolder, 'tiff/stardist_img2d.tif')

/** A ring, a bar over its side, and one of the two again on the next slice. */
function annotate(
  session: ProjectSession,
  slices: readonly number[],
  { hasHoles }: { hasHoles: boolean },
): void {
  const [first = 0, second = first] = slices
  const [ring, bar] = [session.store.labels.byName('Ring'), session.store.labels.byName('Bar')]
  const hole = { x0: 10, y0: 12, x1: 11, y1: 16 }
  draw(session, first, {
    label: ring?.id ?? 0,
    box: { x0: 5, y0: 9, x1: 16, y1: 21 },
    ...(hasHoles ? { hole } : {}),
  })
  draw(session, first, { label: bar?.id ?? 0, box: { x0: 20, y0: 2, x1: 23, y1: 28 } })
  if (second !== first) draw(session, second, { label: bar?.id ?? 0, box: { x0: 0, y0: 0, x1: 3, y1: 1 } })
  finish(session, ...slices)
}

async function projectOf(
  images: readonly string[],
): Promise<{ session: ProjectSession; slices: readonly number[] }> {
  const { session } = await smallProject(0)
  const [slices = []] = await imported(session, ...images)
  return { session, slices }
}

/** Label and run lengths of every mask, by slice; labels by number where names do not travel. */
function masksOf(session: ProjectSession, numbers: ReadonlyMap<string, string>): string[] {
  return session.store.slices.summaries().flatMap(({ id, name }) =>
    session.store.annotations
      .ofSlice(id)
      .map(({ labelId, runs }) => {
        const label = session.store.labels.get(labelId)?.name ?? ''
        return `${name} ${numbers.get(label) ?? label} ${runs.join()}`
      })
      .sort(),
  )
}

interface Case {
  readonly format: string
  readonly images: readonly string[]
  readonly options?: Readonly<Record<string, unknown>>
  readonly hasHoles?: boolean
  /** Where the file has no names: those of the classes by their numbers */
  readonly isNumbered?: boolean
}

const cases: readonly Case[] = [
  ...[[picture], ct].flatMap(images => [
    { format: 'coco', images },
    { format: 'coco', images, options: { shape: 'polygons' }, hasHoles: false },
    { format: 'labelme', images },
    { format: 'png', images, options: { images: false }, isNumbered: true },
  ]),
  ...[ct, [oblique]].flatMap(images => [
    { format: 'nrrd', images },
    { format: 'nifti', images, isNumbered: true },
    { format: 'nnunet', images },
  ]),
  { format: 'dicom-seg', images: ct },
]

describe('what SliceTune exports comes back as the same masks', () => {
  test.each(cases)(
    '$format of $images.0 ($options)',
    async ({ format, images, options, hasHoles = true, isNumbered }) => {
      const { session, slices } = await projectOf(images)
      session.store.labels.add('Ring')
      session.store.labels.add('Bar')
      annotate(session, slices.slice(0, 2), { hasHoles })
      const { report } = await exported(session, format, { options: { ...options, split: false } })
      expect(report.skipped).toEqual([])
      const other = await projectOf(images)

      const items = await attach(other.session, [report.folder])

      expect(items.filter(({ error }) => error !== null)).toEqual([])
      const numbers = new Map(
        session.store.labels.list().map(({ name }, index) => [name, `Label ${index + 1}`]),
      )
      const wanted = masksOf(session, isNumbered === true ? numbers : new Map())
      expect(masksOf(other.session, new Map())).toEqual(wanted)
      expect(wanted.length).toBeGreaterThanOrEqual(2)
    },
  )
})
