import * as z from 'zod'
import { Annotation } from './annotation'
import { WindowLevel } from './window-level'

export const SliceId = z.int().positive()
export type SliceId = z.infer<typeof SliceId>

/** How far the work on a slice is; `nothing-here`: somebody has looked, and none of the labels is on it. */
export const SliceState = z.enum(['to-do', 'in-progress', 'done', 'nothing-here', 'rejected'])
export type SliceState = z.infer<typeof SliceState>

export const SeriesId = z.int().positive()

const axis = z.union([z.literal(0), z.literal(1), z.literal(2)])
const direction = z.enum(['R', 'L', 'A', 'P', 'S', 'I'])

/** A picture, or a volume with its planes. */
export const Series = z.object({
  id: SeriesId,
  name: z.string(),
  kind: z.enum(['picture', 'volume']),
  /** Of slices that belong together (a patient): never split between training and validation */
  group: z.string(),
  /** Axis of the file that is cut: 0, 1, 2 are x, y, z; null for a picture */
  axis: axis.nullable(),
  planes: z.int().min(1),
  /** Why its file cannot be read now; null where it can */
  missing: z.string().nullable(),
})
export type Series = z.infer<typeof Series>

/** A slice as the lists show it. */
export const SliceSummary = z.object({
  id: SliceId,
  seriesId: SeriesId,
  name: z.string(),
  /** Of a volume, from 0; null for a picture */
  plane: z.int().min(0).nullable(),
  state: SliceState,
  /** Accepted objects on it */
  objects: z.int().min(0),
  /** Objects that a model has drawn and nobody has accepted yet */
  proposals: z.int().min(0),
  /** Counts up with every change of its annotations; part of the thumbnail's address */
  revision: z.int().min(0),
})
export type SliceSummary = z.infer<typeof SliceSummary>

/** Letters at the four edges of a plane as it is shown, in radiological view; null where the file does not say. */
export const EdgeLetters = z.object({
  top: z.string(),
  right: z.string(),
  bottom: z.string(),
  left: z.string(),
})
export type EdgeLetters = z.infer<typeof EdgeLetters>

/** How a slice lies in its volume. */
export const SliceInVolume = z.object({
  /** The axis of the file that is cut: 0, 1, 2 are x, y, z */
  axis: axis,
  /** The axis along which the volume's own slices were taken; others are cross planes */
  storedAxis: axis,
  /** Voxels along the axes of the file */
  sizes: z.tuple([z.int(), z.int(), z.int()]),
  /** Where the axes of the file lead; null where it does not say */
  directions: z.tuple([direction, direction, direction]).nullable(),
})
export type SliceInVolume = z.infer<typeof SliceInVolume>

export const SampleType = z.enum([
  'uint8',
  'int8',
  'uint16',
  'int16',
  'uint32',
  'int32',
  'float32',
  'float64',
])
export type SampleType = z.infer<typeof SampleType>

/** Everything about a slice but its pixels, which are bytes at `blobAddress('pixels', …)`. */
export const Slice = z.object({
  ...SliceSummary.shape,
  width: z.int().min(1),
  height: z.int().min(1),
  /** 1 grey, 3 colour; alpha is dropped */
  channels: z.union([z.literal(1), z.literal(3)]),
  /** Of the pixels' bytes: true values (rescaled), little endian, row-major, channels last */
  sampleType: SampleType,
  /** Smallest and largest value */
  range: z.tuple([z.number(), z.number()]),
  /** Whether all values are whole numbers: a window lies differently on others, see `windowFraction` */
  isWhole: z.boolean(),
  spacingMm: z.object({ x: z.number().positive(), y: z.number().positive() }).nullable(),
  edges: EdgeLetters.nullable(),
  /** null for a picture */
  volume: SliceInVolume.nullable(),
  /** The user's choice; null: automatic */
  window: WindowLevel.nullable(),
  /** From the 0.5 to the 99.5 percentile */
  autoWindow: WindowLevel,
  /** From the file's tags */
  fileWindow: WindowLevel.nullable(),
  /** Whether values are Hounsfield units, for which the CT presets are made */
  isCt: z.boolean(),
  annotations: z.array(Annotation),
})
export type Slice = z.infer<typeof Slice>
