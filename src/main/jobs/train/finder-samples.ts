import type { Flip } from '../../../core/imaging/flip'
import { flipped } from '../../../core/imaging/flip'
import { sliceGeometry } from '../../../core/imaging/geometry'
import { preprocessImage } from '../../../core/imaging/preprocess'
import type { Float32Tensor } from '../../../core/engine'
import { coarseTarget } from '../../../core/models/finder/coarse-target'
import type { FinderConfig } from '../../../core/models/finder/config'
import { mapSide } from '../../../core/models/finder/config'
import { poolEmbedding } from '../../../core/models/finder/pool-embedding'
import type { FinderSample } from '../../../core/models/finder/train-finder'
import type { Trainable } from '../../../core/training/trainable'
import type { Preprocessing } from '../../../shared/domain/preprocessing'
import type { FileCache, SliceRecord } from '../../datasets'
import { loadImage, loadLabels } from '../../datasets'
import type { EmbeddingsCache } from '../../files/embeddings-cache'
import { evenly } from './evenly'
import { unflipped } from './sample-draws'
import type { SampleSource } from './sample-source'
import type { TrainingData } from './training-data'
import type { UsableSlice } from './usable-slice'

/** More values than this are not classes but objects of one kind, each with a number of its own. */
const mostClasses = 8
/** Slices are cut down to this many where the encoder must see each anew: more would take longer than the tuning. */
const mostSlices = 200
/** Mirror images help where slices are few, and cost one more encoding each. */
const fewSlices = 100
/** Side up to which an EfficientSAM encodes a slice in a fraction of a second. */
const quickResolution = 512

const mirrors: readonly Flip[] = [
  unflipped,
  { leftRight: true, upDown: false },
  { leftRight: false, upDown: true },
  { leftRight: true, upDown: true },
]

export interface FinderWorld {
  readonly data: TrainingData
  readonly trainable: Trainable
  readonly samples: SampleSource
  readonly preprocessing: Preprocessing
  readonly cache: EmbeddingsCache
  /** Whether the encoder is so quick that mirror images cost little */
  readonly isQuick: boolean
}

/** One map a label value; a single one where the values number the objects of an instance map. */
export function finderLabels(train: readonly UsableSlice[]): (number | null)[] {
  const values = [...new Set(train.flatMap(({ labelValues }) => labelValues))].sort((a, b) => a - b)
  return values.length > mostClasses ? [null] : values
}

/** Whether mirror images are worth their price; a rule of the model alone, so that runs repeat. */
export const isQuickToEncode = (family: string, { resolution }: Preprocessing): boolean =>
  family === 'efficient-sam' && resolution <= quickResolution

interface Picture {
  readonly record: SliceRecord
  /** null: there is nothing in it, and the masks were not trained on it */
  readonly usable: UsableSlice | null
  readonly flip: Flip
}

/** Slices to learn from, those with nothing in them too. */
export function finderPictures({
  data,
  isQuick,
}: Pick<FinderWorld, 'isQuick'> & { readonly data: Pick<TrainingData, 'train' | 'empty'> }): Picture[] {
  const slices = evenly(
    [
      ...data.train.map(usable => ({ record: usable.record, usable })),
      ...data.empty.map(record => ({ record, usable: null })),
    ],
    mostSlices,
  )
  const flips = isQuick && slices.length <= fewSlices ? mirrors : [unflipped]
  return slices.flatMap(slice => flips.map(flip => ({ ...slice, flip })))
}

/** As coarse as the finder looks at it: many fit into memory. */
export async function finderEmbedding(picture: Picture, world: FinderWorld): Promise<Float32Tensor> {
  const { record, flip } = picture
  const key = `${record.id} ${Number(flip.leftRight)}${Number(flip.upDown)}`
  return world.cache.get(key, async () =>
    poolEmbedding(await world.trainable.embed(await firstTrainedInput(picture, world))),
  )
}

/** What a frozen encoder made of a slice for the training is there already. */
async function firstTrainedInput(
  { record, usable, flip }: Picture,
  { data, samples, trainable, preprocessing }: FinderWorld,
): Promise<Float32Tensor> {
  if (usable && flip === unflipped) return samples.input(usable, flip)
  const { image } = await loadImage(record, data.files)
  return trainable.freeze(preprocessImage(image, preprocessing, flip).input)
}

/** What its maps should show is worked out once: a fit asks for it many times. */
export async function finderSample(
  picture: Picture,
  labels: readonly (number | null)[],
  config: FinderConfig,
  world: FinderWorld,
): Promise<FinderSample> {
  const { record, flip } = picture
  const { data, height, width } = await openLabels(record, world.data.files)
  const geometry = sliceGeometry(height, width, world.preprocessing)
  const classes = labels.map(label => ({ label }))
  const turned = flipped(data, { height, width }, flip)
  const target = coarseTarget(turned, geometry, { side: mapSide(config), classes })
  return {
    group: record.group,
    geometry,
    load: async () => ({ embedding: await finderEmbedding(picture, world), target }),
  }
}

async function openLabels(record: SliceRecord, files: FileCache) {
  const { labels } = await loadLabels(record, files)
  const [height = 0, width = 0] = labels.shape
  return { data: labels.data, height, width }
}
