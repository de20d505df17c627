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
import { unflipped } from './sample-draws'
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
  readonly flip: Flip
}

/** Slices to learn from, those with nothing in them too. */
export function finderPictures({ data, isQuick }: FinderWorld): Picture[] {
  const records = thinned([...data.train.map(({ record }) => record), ...data.empty])
  const flips = isQuick && records.length <= fewSlices ? mirrors : [unflipped]
  return records.flatMap(record => flips.map(flip => ({ record, flip })))
}

/** Evenly, where there are too many. */
function thinned(records: readonly SliceRecord[]): SliceRecord[] {
  const stride = Math.max(1, records.length / mostSlices)
  const count = Math.min(records.length, mostSlices)
  return Array.from({ length: count }, (_, index) => Math.floor(index * stride)).flatMap(
    index => records[index] ?? [],
  )
}

/** As coarse as the finder looks at it: many fit into memory. */
export async function finderEmbedding(
  { record, flip }: Picture,
  { data, trainable, preprocessing, cache }: FinderWorld,
): Promise<Float32Tensor> {
  const key = `${record.id} ${Number(flip.leftRight)}${Number(flip.upDown)}`
  return cache.get(key, async () => {
    const { image } = await loadImage(record, data.files)
    const { input } = preprocessImage(image, preprocessing, flip)
    return poolEmbedding(await trainable.embed(await trainable.freeze(input)))
  })
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
