import { eventIterator } from '@orpc/contract'
import * as z from 'zod'
import { LabelClass, LabelId } from '../domain/label-class'
import { Problem } from '../domain/problem'
import { Project, ProjectId, ProjectSummary, UndoState } from '../domain/project'
import { SliceId, SliceSummary } from '../domain/slice'
import { procedure } from './procedure'

export const inProject = z.object({ project: ProjectId })

/** What changed in a project, whoever did it: other tabs, background work, undo. */
export const ProjectChange = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('slices'), slices: z.array(SliceSummary) }),
  z.object({ kind: z.literal('slices-added') }),
  z.object({ kind: z.literal('labels'), labels: z.array(LabelClass) }),
  z.object({ kind: z.literal('undo'), undo: UndoState }),
  z.object({ kind: z.literal('models'), model: z.string() }),
  z.object({ kind: z.literal('runs'), run: z.int() }),
  Problem.extend({ kind: z.literal('save-failed') }),
  z.object({ kind: z.literal('saved'), at: z.iso.datetime() }),
])
export type ProjectChange = z.infer<typeof ProjectChange>

export const projects = {
  recent: procedure.output(z.array(ProjectSummary)),
  forget: procedure.input(z.object({ folder: z.string() })).output(z.array(ProjectSummary)),
  /** The bundled sample, as a project of its own in the user's folder; opened again where it was made before */
  openSample: procedure.output(Project),
  /** An empty project. @param folder - null: a new one named after it in the user's folder */
  create: procedure
    .input(z.object({ name: z.string().trim().min(1).max(120), folder: z.string().nullable() }))
    .output(Project),
  /** @throws NOT_A_PROJECT, PROJECT_TOO_NEW, CORRUPT_FILE, FOLDER_NOT_FOUND */
  open: procedure.input(z.object({ folder: z.string() })).output(Project),
  get: procedure.input(inProject).output(Project),
  close: procedure.input(inProject).output(z.void()),
  rename: procedure.input(inProject.extend({ name: z.string().trim().min(1).max(120) })).output(Project),
  watch: procedure.input(inProject).output(eventIterator(ProjectChange)),
}

export const labels = {
  add: procedure.input(inProject.extend({ name: LabelClass.shape.name })).output(z.array(LabelClass)),
  change: procedure
    .input(
      inProject.extend({
        id: LabelId,
        change: LabelClass.pick({
          name: true,
          colour: true,
          key: true,
          isHidden: true,
          isLocked: true,
          opacity: true,
        }).partial(),
      }),
    )
    .output(z.array(LabelClass)),
  /** Takes its annotations with it; one undo brings all back. */
  remove: procedure.input(inProject.extend({ id: LabelId })).output(z.array(LabelClass)),
}

export const history = {
  undo: procedure
    .input(inProject)
    .output(z.object({ done: UndoState.shape.undo, slices: z.array(SliceId), undo: UndoState })),
  redo: procedure
    .input(inProject)
    .output(z.object({ done: UndoState.shape.undo, slices: z.array(SliceId), undo: UndoState })),
}
