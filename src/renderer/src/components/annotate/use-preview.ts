import { computed, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import type { PromptPoint } from '../../../../shared/domain/prompt'
import type { MaskView } from '../../canvas/layers'
import { MaskPictures } from '../../canvas/mask-pictures'
import type { Position } from '../../canvas/viewport'
import { useAnnotationStore } from '../../stores/annotation'
import { useDisplayStore } from '../../stores/display'
import { usePreviewStore } from '../../stores/preview'
import { useSettingsStore } from '../../stores/settings'
import { useSliceViewStore } from '../../stores/slice-view'
import { noPrompt, withPoint } from '../../tools/prompt-edit'

/** How long the mouse has to rest before it is asked what a click would give. */
const restMs = 60
const white = [255, 255, 255] as const

/** The mask that a click would give, while the mouse rests on an encoded slice. */
export function usePreview(resting: Ref<Position | null>): ComputedRef<MaskView | null> {
  const settings = useSettingsStore()
  const display = useDisplayStore()
  const view = useSliceViewStore()
  const annotation = useAnnotationStore()
  const preview = usePreviewStore()
  const pictures = new MaskPictures()
  const at = shallowRef<Position | null>(null)
  let timer = 0

  watch(resting, position => {
    if (position?.x === at.value?.x && position?.y === at.value?.y) return
    clearTimeout(timer)
    at.value = position
    preview.clear()
    if (position === null || display.tool !== 'point' || !settings.settings.hoverPreview) return
    const point: PromptPoint = { ...position, sign: display.sign }
    timer = window.setTimeout(
      () => preview.ask(withPoint(annotation.session?.prompt ?? noPrompt, point)),
      restMs,
    )
  })

  return computed(() => {
    const runs = preview.runs
    if (runs === null || view.slice === null || display.isBare) return null
    return {
      id: 'preview',
      picture: pictures.of(runs, view.slice, white),
      colour: 'white',
      opacity: 0.12,
      look: 'preview',
      isSelected: false,
      hasOutline: true,
    }
  })
}
