import * as z from 'zod'
import { LabelClass } from './label-class'
import { Series, SliceState } from './slice'

/** Names an open project in every call; made anew each time that the backend opens it. */
export const ProjectId = z.string().min(1).max(64)
export type ProjectId = z.infer<typeof ProjectId>

/** What a step of the journal did; the words come from the locale by `action.<name>`. */
export const EditAction = z.enum([
  'draw',
  'accept',
  'box',
  'click',
  'brush',
  'erase',
  'polygon',
  'lasso',
  'fill-holes',
  'keep-largest',
  'smooth',
  'grow',
  'shrink',
  'delete',
  'relabel',
  'copy-to-next',
  'propagate',
  'nothing-here',
  'set-state',
  'window',
  'review-accept',
  'review-reject',
  'predict',
  'label-add',
  'label-change',
  'label-remove',
  'import-labels',
])
export type EditAction = z.infer<typeof EditAction>

/** What undo and redo would do next; null: nothing. */
export const UndoState = z.object({ undo: EditAction.nullable(), redo: EditAction.nullable() })
export type UndoState = z.infer<typeof UndoState>

export const ProjectSummary = z.object({
  name: z.string(),
  /** Absolute path of its folder */
  folder: z.string(),
  slices: z.int(),
  done: z.int(),
  openedAt: z.iso.datetime(),
  /** Why it cannot be opened now; null where it can */
  missing: z.string().nullable(),
  /** Name of the model in use, such as "v1"; null: the base */
  version: z.string().nullable(),
  /** Address of a picture of it; null where none was made yet */
  picture: z.string().nullable(),
})
export type ProjectSummary = z.infer<typeof ProjectSummary>

export const Project = z.object({
  id: ProjectId,
  name: z.string(),
  folder: z.string(),
  /** `look`: another process works in it, or its folder cannot be written to */
  mode: z.enum(['edit', 'look']),
  /** Why it is only looked at; null in mode `edit` */
  lookReason: z.enum(['in-use', 'read-only']).nullable(),
  /** Whether its database lies on a network share, where SQLite's journal is unsafe */
  isOnShare: z.boolean(),
  labels: z.array(LabelClass),
  series: z.array(Series),
  counts: z.record(SliceState, z.int()),
  /** The model that answers: an ID of `models.list` */
  model: z.string(),
  undo: UndoState,
})
export type Project = z.infer<typeof Project>
