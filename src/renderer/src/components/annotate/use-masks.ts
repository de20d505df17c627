import { computed, type ComputedRef } from 'vue'
import type { Annotation } from '../../../../shared/domain/annotation'
import type { LabelClass } from '../../../../shared/domain/label-class'
import type { MaskLook, MaskView } from '../../canvas/layers'
import { MaskPictures } from '../../canvas/mask-pictures'
import { cssColour, labelColour } from '../../canvas/palette'
import { useAnnotationStore } from '../../stores/annotation'
import { useDisplayStore } from '../../stores/display'
import { usePaintingStore } from '../../stores/painting'
import { useProjectStore } from '../../stores/project'
import { chosenMask, isAnswered } from '../../stores/session'
import { useSliceViewStore } from '../../stores/slice-view'

/** Objects that cover more than this part of a slice would hide it: their fill is fainter. */
const largePart = 0.1
const largeFaintness = 0.7

/** What the stage draws of the masks of a slice, in the order in which they lie. */
export function useMasks(): ComputedRef<readonly MaskView[]> {
  const annotation = useAnnotationStore()
  const display = useDisplayStore()
  const painting = usePaintingStore()
  const project = useProjectStore()
  const view = useSliceViewStore()
  const pictures = new MaskPictures()

  function fill(areaPx: number): number {
    if (display.outlineOnly) return 0
    const { width, height } = view.slice ?? { width: 1, height: 1 }
    return areaPx > largePart * width * height ? display.opacity * largeFaintness : display.opacity
  }

  function stored(one: Annotation, label: LabelClass): MaskView | null {
    const size = view.slice
    if (size === null || one.areaPx === 0) return null
    const colour = labelColour(label.colour)
    return {
      id: String(one.id),
      picture: pictures.of(one.runs, size, colour),
      colour: cssColour(colour),
      opacity: fill(one.areaPx),
      look: lookOf(one, label),
      isSelected: one.id === annotation.selectedId,
      hasOutline: true,
    }
  }

  function atWork(label: LabelClass): MaskView | null {
    const { session } = annotation
    const mask = session === null ? null : chosenMask(session)
    if (session === null || mask === null || view.slice === null || mask.areaPx === 0) return null
    const colour = labelColour(label.colour)
    return {
      id: 'session',
      picture: pictures.of(mask.runs, view.slice, colour),
      colour: cssColour(colour),
      opacity: fill(mask.areaPx) * (isAnswered(session) ? 1 : 0.5),
      look: 'solid',
      isSelected: true,
      hasOutline: true,
    }
  }

  return computed(() => {
    if (display.isBare || view.slice === null) return []
    const labels = new Map(project.labels.map(label => [label.id, label]))
    const hidden = new Set([annotation.session?.handle.id, painting.hides])
    const masks = annotation.annotations.flatMap(one => {
      const label = labels.get(one.labelId)
      return label === undefined || label.isHidden || hidden.has(one.id) ? [] : [stored(one, label)]
    })
    const label = annotation.session === null ? undefined : labels.get(annotation.session.labelId)
    const working = label === undefined || painting.stroke !== null ? null : atWork(label)
    const stroke = painting.stroke
    const painted: MaskView | null =
      stroke === null
        ? null
        : {
            ...stroke,
            id: 'stroke',
            opacity: display.opacity,
            look: 'solid',
            isSelected: true,
            hasOutline: false,
          }
    return [...masks, working, painted].filter(mask => mask !== null)
  })
}

function lookOf({ status, origin }: Annotation, label: LabelClass): MaskLook {
  if (label.isLocked) return 'locked'
  return status === 'proposal' && origin !== 'drawn' ? 'proposed' : 'solid'
}
