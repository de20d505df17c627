import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { LabelId } from '../../../shared/domain/label-class'
import { useProjectStore } from './project'

/** The label of what is drawn next. */
export const useDrawingLabelStore = defineStore('drawing-label', () => {
  const project = useProjectStore()
  const chosenId = shallowRef<LabelId | null>(null)

  const label = computed(
    () => project.labels.find(({ id }) => id === chosenId.value) ?? project.labels[0] ?? null,
  )

  function choose(id: LabelId): void {
    chosenId.value = id
  }

  /** Objects of a locked label are neither changed nor added to. */
  function isLocked({ labelId }: { readonly labelId: LabelId }): boolean {
    return project.labels.find(({ id }) => id === labelId)?.isLocked === true
  }

  return { label, choose, isLocked }
})
