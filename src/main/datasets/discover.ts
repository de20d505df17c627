import { dirname, relative, sep } from 'node:path'
import { AppError } from '../../shared/errors'
import { stemOf } from '../codecs'
import type { FolderPair } from './folders'
import { folderPairs } from './folders'
import type { GroupRule } from './groups'
import { groupRule } from './groups'
import type { VolumePlanes } from './notes'
import { groupNotes, planeNotes } from './notes'
import type { FilePair } from './pairing'
import { pairFiles } from './pairing'
import { outcomeOf } from './outcome'
import type { Dataset, SkippedFile, SliceAxis, SliceRecord } from './records'
import type { SpacingTable } from './spacing-table'
import { readSpacingTables } from './spacing-table'
import { imageKind, labelledPlanes, planeName } from './volume-slices'

export interface DiscoverOptions {
  /** Axis of volumes to cut along: 0, 1, 2 are x, y, z of the file. Default 2 */
  readonly axis?: SliceAxis
  /** A regular expression for the file name, or a table `filename,group` */
  readonly group?: string | undefined
}

/**
 * Lists the slices of a folder with their labels, groups and split, without opening the pictures.
 *
 * @throws AppError FOLDER_NOT_FOUND, NOT_A_DATASET, USAGE for a bad `group`
 */
export async function discoverDataset(root: string, options: DiscoverOptions = {}): Promise<Dataset> {
  const rule = options.group === undefined ? null : await groupRule(options.group)
  const found: Found = { slices: [], skipped: [], volumes: [] }
  for (const folders of await folderPairs(root)) {
    const { pairs, skipped } = await pairFiles(folders)
    found.skipped.push(...skipped)
    const spacings = await readSpacingTables([...new Set([root, dirname(folders.images), folders.images])])
    const place: Place = { root, split: folders.split, axis: options.axis ?? 2, rule, spacings }
    for (const pair of pairs) await addPair(pair, place, found)
  }
  if (found.slices.length === 0 && found.skipped.length === 0)
    throw new AppError('NOT_A_DATASET', { file: root })
  const hasSplit = ['train', 'val'].every(split => found.slices.some(slice => slice.split === split))
  const { slices, skipped, volumes } = found
  const notes = planeNotes(volumes)
  return { slices, skipped, notes, groupNotes: groupNotes(slices, rule, hasSplit), hasSplit }
}

interface Found {
  readonly slices: SliceRecord[]
  readonly skipped: SkippedFile[]
  readonly volumes: VolumePlanes[]
}

interface Place {
  readonly root: string
  readonly split: FolderPair['split']
  readonly axis: SliceAxis
  readonly rule: GroupRule | null
  readonly spacings: SpacingTable
}

async function addPair(pair: FilePair, place: Place, found: Found): Promise<void> {
  const path = relative(place.root, pair.imageFile).split(sep).join('/')
  const stem = stemOf(pair.imageFile)
  const base = { ...pair, split: place.split }
  const { isVolume, patient } = await imageKind(pair.imageFile)
  const known = place.rule?.(pair.imageFile) ?? patient
  if (!isVolume) {
    const group = known ?? path
    const spacingMm =
      place.spacings.get(path.slice(path.lastIndexOf('/') + 1)) ?? place.spacings.get(stem) ?? null
    found.slices.push({ ...base, id: path, name: stem, group, sliceIndex: null, axis: null, spacingMm })
    return
  }
  const outcome = await outcomeOf(() => labelledPlanes(pair, place.axis))
  if ('skipped' in outcome) {
    found.skipped.push(outcome.skipped)
    return
  }
  const { planes, empty } = outcome.value
  const group = known ?? stem
  found.volumes.push({ labelled: planes.length, empty })
  for (const index of planes) {
    const name = planeName(pair.imageFile, index)
    const cut = { sliceIndex: index, axis: place.axis, spacingMm: null }
    found.slices.push({ ...base, ...cut, id: `${path}#${index}`, name, group })
  }
}
