import type { FileCache, SliceRecord } from '../../datasets'
import { loadLabels, planeCount } from '../../datasets'
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
  return thinned([...nothingHere, ...planes].filter(isOurs), train.length)
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
  const labelled = records.map(({ sliceIndex }) => sliceIndex ?? 0)
  const [low, high] = [Math.min(...labelled) - margin, Math.max(...labelled) + margin]
  const ends: SliceRecord[] = []
  for (let plane = 0; plane < planeCount(pixels.shape, first.axis ?? 2); plane++) {
    if (plane >= low && plane <= high) continue
    const record = { ...first, id: `${first.imageFile} empty ${plane}`, sliceIndex: plane }
    // A label that vanishes at the training resolution makes a plane unusable, not empty.
    if ((await loadLabels(record, files)).labelValues.length === 0) ends.push(record)
  }
  return ends
}

/** Evenly, where there are too many. */
function thinned(records: readonly SliceRecord[], most: number): SliceRecord[] {
  const stride = Math.max(1, records.length / most)
  const count = Math.min(records.length, most)
  return Array.from({ length: count }, (_, index) => Math.floor(index * stride)).flatMap(
    index => records[index] ?? [],
  )
}
