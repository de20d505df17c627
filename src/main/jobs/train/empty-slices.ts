import type { FileCache, SliceRecord } from '../../datasets'
import { loadImage, loadLabels, outcomeOf, planeCount } from '../../datasets'
import { evenly } from './evenly'
import type { UsableSlice } from './usable-slice'

/** Planes this near to the object are left out: its ends may be there, unlabelled. */
const margin = 2

interface Sides {
  readonly train: readonly UsableSlice[]
  readonly val: readonly UsableSlice[]
  /** Pictures whose label map is background only */
  readonly nothingHere: readonly SliceRecord[]
}

/**
 * Slices in which somebody has looked and there is nothing: pictures whose label map is empty, and planes of a labelled
 * volume before its first and behind its last labelled one. Gaps between labelled planes may just not be labelled yet.
 * There are at most as many as slices with labels, and none of a group that is held back.
 */
export async function emptySlices(
  { train, val, nothingHere }: Sides,
  files: FileCache,
): Promise<SliceRecord[]> {
  const heldBack = new Set(val.map(({ record }) => record.group))
  const isOurs = ({ split, group }: SliceRecord): boolean => split !== 'val' && !heldBack.has(group)
  const planes: SliceRecord[] = []
  for (const records of byVolume(train).values()) planes.push(...(await endPlanes(records, files)))
  const chosen = evenly([...nothingHere, ...planes].filter(isOurs), train.length)
  const usable: SliceRecord[] = []
  // A plane that cannot be read teaches nothing, and must not end a training that does not need it.
  for (const record of chosen) {
    if ('value' in (await outcomeOf(() => loadImage(record, files)))) usable.push(record)
  }
  return usable
}

function byVolume(train: readonly UsableSlice[]): Map<string, SliceRecord[]> {
  const volumes = new Map<string, SliceRecord[]>()
  for (const { record } of train) {
    if (record.sliceIndex === null) continue
    const key = `${record.axis ?? 2} ${record.imageFile}`
    const known = volumes.get(key)
    if (known) known.push(record)
    else volumes.set(key, [record])
  }
  return volumes
}

async function endPlanes(records: readonly SliceRecord[], files: FileCache): Promise<SliceRecord[]> {
  const [first] = records
  if (!first) return []
  const { pixels } = await files.read(first.maskFile, 'labels')
  const planes: SliceRecord[] = []
  const busy: number[] = []
  for (let plane = 0; plane < planeCount(pixels.shape, first.axis ?? 2); plane++) {
    const record = { ...first, id: `${first.imageFile} empty ${plane}`, sliceIndex: plane }
    planes.push(record)
    if (!(await isBlank(record, files))) busy.push(plane)
  }
  // Of all labelled planes: those that cannot be trained on (too small at the training resolution) are not empty either.
  const [low, high] = [Math.min(...busy) - margin, Math.max(...busy) + margin]
  return planes.filter((_, plane) => plane < low || plane > high)
}

/** A plane whose labels cannot be read is taken for a labelled one. */
async function isBlank(record: SliceRecord, files: FileCache): Promise<boolean> {
  const outcome = await outcomeOf(() => loadLabels(record, files))
  return 'value' in outcome && outcome.value.labelValues.length === 0
}
