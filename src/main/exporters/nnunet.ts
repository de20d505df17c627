import * as z from 'zod'
import { defineExporter } from './exporter'
import type { ExportProgress, ExportWorld } from './exporter'
import { dataSetFile, nnunetLabels } from './nnunet/data-set-file'
import type { NnunetCase } from './nnunet/nnunet-case'
import { pictureCase } from './nnunet/picture-case'
import { isPartlyDone, volumeCase } from './nnunet/volume-case'
import { commonOptions, overlapsOf } from './option-fields'
import type { ExportSeries } from './volumes'
import { seriesOf } from './volumes'

/**
 * The raw data set that nnU-Net v2 reads: `DatasetNNN_Name` with imagesTr, labelsTr and dataset.json; held-out cases lie in imagesTs
 * and labelsTs. Only finished slices are in it. Volumes are `.nii.gz`, image and labels on one grid; pictures are `.png`, in a data
 * set of their own with the next number where both are there.
 *
 * @see https://github.com/MIC-DKFZ/nnUNet/blob/master/documentation/dataset_format.md
 */
export const nnunet = defineExporter({
  id: 'nnunet',
  extensions: ['.json'],
  options: z.object({
    split: commonOptions.split,
    /** Number of the data set */
    dataset: z
      .string()
      .regex(/^\d{3}$/)
      .default('001'),
    /** What planes that nobody has done are in the labels; nothing is learnt from those to ignore */
    unfinished: z.enum(['ignore', 'background']).default('ignore'),
  }),
  limits: ({ unfinished }) => [
    'both-kinds',
    unfinished === 'ignore' ? 'partly-ignored' : 'partly-empty',
    overlapsOf('classes'),
  ],
  write: async function* ({ dataset, unfinished }, world) {
    const all = seriesOf(world.slices)
    const volumes = all.filter(({ series }) => series.kind === 'volume')
    const pictures = all.filter(({ series }) => series.kind === 'picture')
    const ignore = unfinished === 'ignore' && volumes.some(isPartlyDone) ? world.labels.length + 1 : null
    if (volumes.length > 0) {
      const folder = folderOf(world.project.name, Number(dataset))
      const make = (item: ExportSeries): Promise<NnunetCase> => volumeCase(world, item, ignore)
      yield* writeSet(world, { folder, ending: '.nii.gz', items: volumes, ignore, make })
    }
    if (pictures.length > 0) {
      const own = volumes.length > 0 ? 1 : 0
      const folder = folderOf(`${world.project.name}${own ? '_pictures' : ''}`, Number(dataset) + own)
      const isColour = await anyColour(world, pictures)
      const make = (item: ExportSeries): Promise<NnunetCase> => pictureCase(world, item, isColour)
      yield* writeSet(world, { folder, ending: '.png', items: pictures, ignore: null, make })
    }
  },
})

/** nnU-Net takes letters, digits and underscores for granted. */
function folderOf(name: string, number: number): string {
  const plain = name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 60)
  return `Dataset${String(number % 1000).padStart(3, '0')}_${plain || 'SliceTune'}`
}

/** All pictures of a set have the same channels: one that is colour makes all of them so. */
async function anyColour(world: ExportWorld, pictures: readonly ExportSeries[]): Promise<boolean> {
  for (const { slices } of pictures) {
    const [slice] = slices
    // What cannot be read is said when it is its turn.
    const channels = slice ? await world.channels(slice).catch(() => 1) : 1
    if (channels === 3) return true
  }
  return false
}

interface RawSet {
  readonly folder: string
  readonly ending: '.nii.gz' | '.png'
  readonly items: readonly ExportSeries[]
  /** Number of the label that is not learnt from; null: there is none */
  readonly ignore: number | null
  readonly make: (item: ExportSeries) => Promise<NnunetCase>
}

async function* writeSet(
  world: ExportWorld,
  { folder, ending, items, ignore, make }: RawSet,
): AsyncGenerator<ExportProgress> {
  const channels = new Set<string>()
  let training = 0
  yield* world.each(items, async item => {
    const one = await make(item)
    const side = item.split === 'val' ? 'Ts' : 'Tr'
    await world.write(`${folder}/images${side}/${item.stem}_0000${ending}`, one.image)
    await world.write(`${folder}/labels${side}/${item.stem}${ending}`, one.labels)
    for (const note of one.notes) world.note(`${item.name}: ${note}`)
    channels.add(one.channels.join())
    if (side === 'Tr') training++
  })
  // Where cases differ, none of nnU-Net's special treatments fits all of them.
  const [same = 'image', ...others] = channels
  const file = dataSetFile({
    ...{ name: folder, ending, training, version: world.version },
    channels: others.length > 0 ? ['image'] : same.split(','),
    labels: nnunetLabels(world.labels, ignore),
  })
  await world.write(`${folder}/dataset.json`, file)
}
