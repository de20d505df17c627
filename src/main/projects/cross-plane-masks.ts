import type { Annotation, AnnotationStatus } from '../../shared/domain/annotation'
import { voxelMaskId } from '../../shared/domain/cross-plane'
import { measureRuns } from '../../shared/masks/measure-runs'
import { encodeRuns } from '../../shared/masks/rle'
import { lineOf } from '../../shared/masks/run-line'
import type { ProjectStore } from '../database/project-store'
import type { CrossedSlices } from './crossed-slices'

/** What is on a cross plane: for each label the voxels of its masks, then what a model drew there. As it is stored. */
export function crossAnnotations(store: ProjectStore, crossed: CrossedSlices): Annotation[] {
  const voxels = (['accepted', 'proposal'] as const).flatMap(status =>
    voxelAnnotations(store, crossed, status),
  )
  const proposals = store.crossProposals.ofPlane(crossed.plane).map((proposal): Annotation => {
    const { box, areaPx } = measureRuns(proposal.runs, crossed.width)
    return { ...proposal, status: 'proposal', box, areaPx }
  })
  return [...voxels, ...proposals]
}

/** @returns the voxels of each label that has some, by label */
export function voxelMasks(
  store: ProjectStore,
  crossed: CrossedSlices,
  status: AnnotationStatus,
): Map<number, Uint8Array> {
  const { slices, inSlice, inPlane, width, height } = crossed
  const masks = new Map<number, Uint8Array>()
  for (const { id, plane } of slices) {
    if (plane === null) continue
    const { start, step } = inPlane(plane)
    for (const annotation of store.annotations.ofSlice(id)) {
      if (annotation.status !== status || !annotation.box) continue
      const mask = masks.get(annotation.labelId) ?? new Uint8Array(width * height)
      masks.set(annotation.labelId, mask)
      lineOf(annotation.runs, inSlice).forEach((isSet, at) => {
        if (isSet === 1) mask[start + at * step] = 1
      })
    }
  }
  return masks
}

function voxelAnnotations(
  store: ProjectStore,
  crossed: CrossedSlices,
  status: AnnotationStatus,
): Annotation[] {
  return [...voxelMasks(store, crossed, status)].flatMap(([labelId, mask]): Annotation[] => {
    const runs = encodeRuns(mask)
    const { box, areaPx } = measureRuns(runs, crossed.width)
    if (box === null) return []
    return [
      {
        ...{ id: voxelMaskId({ labelId, status }), labelId, runs, status, box, areaPx },
        ...{ origin: 'drawn', prompt: null, predictedIou: null, model: null },
      },
    ]
  })
}
