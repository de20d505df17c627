import { createHash } from 'node:crypto'
import { AppError } from '../../shared/errors'
import { bytesOf } from '../codecs'
import type { LabelFileOf, LabelNames } from '../label-sources'
import { labelSourceOf } from '../label-sources'
import { pathInProject } from '../projects/image-copies'
import type { LabelFilePlace } from './find-label-files'
import { isPhotograph } from './is-photograph'
import type { NameLists } from './label-names'
import type { LabelPlan, LabelTargets } from './label-plan'
import { planFrames } from './plan-frames'
import { planGrid } from './plan-grid'
import { planPictures } from './plan-pictures'

export type ReadFile =
  | { readonly kind: 'plan'; readonly plan: LabelPlan }
  | { readonly kind: 'names'; readonly names: LabelNames }
  /** No labels, or an image of the project itself */
  | { readonly kind: 'other' }

/**
 * Reads a file and finds out where its masks belong.
 *
 * @throws AppError UNKNOWN_FORMAT, LABELS_NOT_MATCHED, ABORTED and what reading it can meet
 */
export async function readPlan(
  { file, isNamed }: LabelFilePlace,
  targets: LabelTargets,
  lists: NameLists,
): Promise<ReadFile> {
  const source = await labelSourceOf(file)
  if (!source) {
    if (isNamed) throw new AppError('UNKNOWN_FORMAT', { file })
    return { kind: 'other' }
  }
  const bytes = await bytesOf(file)
  if (source.holds === 'maps' && isOwnImage(file, bytes, targets)) {
    if (isNamed)
      throw new AppError('UNUSABLE_SLICE', { file, reason: 'it is an image of this project itself' })
    return { kind: 'other' }
  }
  const found = await source.read(bytes, file)
  if (found.kind === 'grid' && refusePhotograph({ file, isNamed }, found)) return { kind: 'other' }
  switch (found.kind) {
    case 'names':
      return found
    case 'grid':
      return { kind: 'plan', plan: await planGrid(file, found, { targets, names: await lists.of(file) }) }
    case 'pictures':
      return { kind: 'plan', plan: await planPictures(file, found, targets) }
    case 'frames':
      return { kind: 'plan', plan: await planFrames(file, found, targets) }
  }
}

/** @returns whether it is passed over. @throws AppError UNUSABLE_SLICE where it was named */
function refusePhotograph(
  { file, isNamed }: Pick<LabelFilePlace, 'file' | 'isNamed'>,
  { layers }: LabelFileOf<'grid'>,
): boolean {
  const isRefused = layers.some(({ labels }) => isPhotograph(labels))
  const reason =
    'nearly all of its pixels differ from their neighbours, as in a photograph: it holds no labels'
  if (isRefused && isNamed) throw new AppError('UNUSABLE_SLICE', { file, reason })
  return isRefused
}

function isOwnImage(file: string, bytes: Uint8Array, { session }: LabelTargets): boolean {
  const { series } = session.store
  if (series.byPath(pathInProject(file, session.folder))) return true
  return series.bySha256(createHash('sha256').update(bytes).digest('hex')) !== null
}
