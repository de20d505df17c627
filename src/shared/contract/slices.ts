import * as z from 'zod'
import { AnnotationDraft, AnnotationId } from '../domain/annotation'
import { EditAction, UndoState } from '../domain/project'
import type { SliceSummary } from '../domain/slice'
import { Slice, SliceId, SliceState } from '../domain/slice'
import { WindowLevel } from '../domain/window-level'
import { inProject } from './projects'
import { procedure } from './procedure'

export const onSlice = inProject.extend({ slice: SliceId })

/** One action of a person: everything in it is stored together and undone together. */
export const SliceEdit = z.object({
  action: EditAction,
  /** New ones and replaced ones */
  put: z.array(AnnotationDraft).default([]),
  remove: z.array(AnnotationId).default([]),
  state: SliceState.optional(),
  window: WindowLevel.nullable().optional(),
  /** Time spent on the slice since the last action, for the time-per-slice counters */
  spentMs: z.int().min(0).default(0),
})
export type SliceEdit = z.infer<typeof SliceEdit>

export const slices = {
  /** Of tens of thousands none is looked at again on its way out: they are rows of our own database. */
  list: procedure.input(inProject).output(z.custom<SliceSummary[]>(Array.isArray)),
  /** @throws what reading its file can meet: FILE_NOT_FOUND, CORRUPT_FILE, UNUSABLE_SLICE */
  get: procedure.input(onSlice).output(Slice),
  /** @throws READ_ONLY_PROJECT, DISK_FULL, LABEL_LOCKED */
  edit: procedure.input(onSlice.extend({ edit: SliceEdit })).output(
    z.object({
      slice: Slice,
      /** Of what was put, in its order */
      ids: z.array(AnnotationId),
      undo: UndoState,
    }),
  ),
  /** Accepts every proposal on these slices; one undo takes all back. Those of locked labels stay. */
  acceptProposals: procedure
    .input(inProject.extend({ slices: z.array(SliceId).min(1).max(100_000) }))
    .output(z.object({ accepted: z.int(), undo: UndoState })),
}
