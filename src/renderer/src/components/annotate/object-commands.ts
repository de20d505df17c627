import { t } from '../../locale'
import { useAnnotationStore } from '../../stores/annotation'
import { useDrawingLabelStore } from '../../stores/drawing-label'
import { useDisplayStore } from '../../stores/display'
import { useProjectStore } from '../../stores/project'
import { copyOf, draftWithRuns } from '../../stores/session'
import { useSliceViewStore } from '../../stores/slice-view'

/** Takes the chosen object away; undo brings it back, so nobody is asked. */
export async function deleteSelected(): Promise<void> {
  const annotation = useAnnotationStore()
  const view = useSliceViewStore()
  const id = annotation.session?.handle.id ?? annotation.selectedId
  if (id === null || view.slice === null) return
  annotation.leave()
  await annotation.edit(view.slice.id, () => annotation.removal(id))
  useDisplayStore().say(t('annotate.said.deleted'))
}

/** The chosen object, else all of this slice, as proposals on the next plane or picture, which is then shown. */
export async function copyToNext(): Promise<void> {
  const annotation = useAnnotationStore()
  const project = useProjectStore()
  const view = useSliceViewStore()
  const shown = view.slice
  if (shown === null) return
  const list = project.sliceList
  const next = list[list.findIndex(({ id }) => id === shown.id) + 1]
  const copied = annotation.selected === null ? annotation.annotations : [annotation.selected]
  if (next === undefined || copied.length === 0) return
  if (next.seriesId !== shown.seriesId || next.plane === null) {
    // Pictures of one list may differ in size; runs fit one size only.
    const { width, height } = await view.describe(next.id)
    if (width !== shown.width || height !== shown.height) {
      useDisplayStore().say(t('annotate.said.otherSize'))
      return
    }
  }
  annotation.leave()
  await annotation.edit(next.id, () => ({
    action: 'copy-to-next',
    put: copied.map(copyOf),
    state: 'in-progress',
  }))
  await view.open(next.id)
  useDisplayStore().say(t('annotate.said.copied', { n: copied.length, name: next.name }))
}

/** Draws with another label from now on; the object that is chosen or at work takes it too. */
export async function drawWith(labelId: number): Promise<void> {
  const annotation = useAnnotationStore()
  const drawing = useDrawingLabelStore()
  const shown = useSliceViewStore().slice
  drawing.choose(labelId)
  const { session } = annotation
  if (session !== null) annotation.session = { ...session, labelId }
  const id = session?.handle.id ?? annotation.selectedId
  const one = annotation.annotations.find(other => other.id === id)
  if (shown === null || one === undefined || one.labelId === labelId) return
  if (drawing.isLocked(one) || drawing.isLocked({ labelId })) return
  await annotation.edit(shown.id, () => ({
    action: 'relabel',
    put: [{ ...draftWithRuns(one, one.runs), labelId }],
  }))
}
