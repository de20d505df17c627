import { t } from '../../locale'
import { useAnnotationStore } from '../../stores/annotation'
import { useDisplayStore } from '../../stores/display'
import { reportError } from '../../stores/notices'
import { useSliceViewStore } from '../../stores/slice-view'
import { stageActions } from './stage-handle'

/** Accepts the mask at work, or whatever a model has drawn here. */
export async function acceptAndSay(): Promise<void> {
  const annotation = useAnnotationStore()
  try {
    const n = await annotation.accept()
    if (n !== null) useDisplayStore().say(t('annotate.said.accepted', { n }))
  } catch (error) {
    reportError(error)
  }
  stageActions.value?.focus()
}

/** None of the labels is on this slice: that is an answer, and trains too. */
export async function sayNothingHere(): Promise<void> {
  const annotation = useAnnotationStore()
  const view = useSliceViewStore()
  if (view.slice === null) return
  annotation.leave()
  try {
    await annotation.edit(view.slice.id, () => ({
      action: 'nothing-here',
      remove: annotation.annotations.map(({ id }) => id),
      state: 'nothing-here',
    }))
    useDisplayStore().say(t('annotate.said.nothingHere'))
  } catch (error) {
    reportError(error)
  }
  stageActions.value?.focus()
}
