import { setImmediate } from 'node:timers/promises'
import { AppError } from '../../shared/errors'
import type { StoredSeries, StoredSlice } from '../database/project-store'
import type { LabelledObject } from '../label-sources'
import type { ProjectSession } from '../projects/project-session'
import type { ImageGrids } from './image-grids'
import type { ImageNames } from './image-names'

/** What a file of labels is to become on one slice. */
export interface SliceLabels {
  readonly slice: StoredSlice
  readonly objects: readonly LabelledObject[]
}

/** How many of something a person should know. */
export interface PlanCounts {
  /** Objects that reach out of their picture, and are cut off at its edge */
  readonly clipped: number
  /** Objects of which nothing is left on their picture */
  readonly empty: number
  /** Shapes without an area: points, lines, boxes */
  readonly withoutArea: number
  /** Labelled voxels outside the image, or on planes that the project could not read */
  readonly outside: number
}

export type PlanNote =
  /** Matched by where it lies, not by name */
  | 'by-place'
  /** Its axes run otherwise than those of its image: its voxels were put in the image's order */
  | 'turned'
  /** It, or its image, says no place: they have the same size, and that was taken for granted */
  | 'no-place'
  | 'fractional'
  | 'first-volume'

/** Of a part of the file, such as one picture of COCO. */
export interface Unmatched {
  readonly name: string
  readonly reason: string
}

/** What a file of labels is to become; nothing of it is stored yet. */
export interface LabelPlan {
  readonly images: readonly StoredSeries[]
  readonly slices: readonly SliceLabels[]
  readonly counts: PlanCounts
  readonly notes: readonly PlanNote[]
  readonly unmatched: readonly Unmatched[]
}

/** The project as labels are matched with it. */
export interface LabelTargets {
  readonly session: ProjectSession
  readonly names: ImageNames
  readonly grids: ImageGrids
  /** The only one that labels may go to; null: whichever they belong to */
  readonly only: StoredSeries | null
  /** Every value of a label map is an object of this label; null: values are labels */
  readonly objectsOf: string | null
  readonly signal: AbortSignal | undefined
}

/** Lets the others have their turn, and ends where the import was given up. @throws AppError ABORTED */
export async function breathe({ signal }: LabelTargets): Promise<void> {
  await setImmediate()
  if (signal?.aborted === true) throw new AppError('ABORTED', {})
}

export const noCounts: PlanCounts = { clipped: 0, empty: 0, withoutArea: 0, outside: 0 }

/** Two names, and how many more. */
export function listed(names: readonly string[]): string {
  const more = names.length - 3
  return `${names.slice(0, 3).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
