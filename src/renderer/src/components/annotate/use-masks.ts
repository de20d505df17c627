import { computed, type ComputedRef } from 'vue'
import type { Annotation } from '../../../../shared/domain/annotation'
import type { LabelClass } from '../../../../shared/domain/label-class'
import type { Slice } from '../../../../shared/domain/slice'
import type { MaskLook, MaskView } from '../../canvas/layers'
import { MaskPictures } from '../../canvas/mask-pictures'
import { fillOpacity } from '../../canvas/fill-opacity'
import { cssColour, labelColour } from '../../canvas/palette'
import { useAnnotationStore } from '../../stores/annotation'
import { useDisplayStore } from '../../stores/display'
import { usePaintingStore } from '../../stores/painting'
import { useProjectStore } from '../../stores/project'
import { isAnswered } from '../../stores/session'
import { useSliceViewStore } from '../../stores/slice-view'
import { useGhosts } from './use-ghosts'

/** What the stage draws of the masks of a slice, in the order in which they lie. */
export function useMasks(): ComputedRef<readonly MaskView[]> {
  const annotation = useAnnotationStore()
  const display = useDisplayStore()
  const painting = usePaintingStore()
  const project = useProjectStore()
  const view = useSliceViewStore()
  const ghosts = useGhosts()
  const pictures = new MaskPictures()

  function viewOf(
    slice: Slice,
    mask: { readonly runs: number[]; readonly areaPx: number },
    label: LabelClass,
  ): Omit<MaskView, 'look'> {
    const colour = labelColour(label.colour)
    return {
      id: 'session',
      picture: pictures.of(mask.runs, slice, colour),
      colour: cssColour(colour),
      opacity: display.outlineOnly
        ? 0
        : fillOpacity(label, { areaPx: mask.areaPx, size: slice, general: display.opacity }),
      isSelected: true,
      hasOutline: true,
    }
  }

  function storedViews(slice: Slice): MaskView[] {
    const hidden = new Set([annotation.session?.handle.id, painting.hides])
    return annotation.annotations.flatMap(one => {
      const label = project.labels.find(({ id }) => id === one.labelId)
      if (label === undefined || label.isHidden || one.areaPx === 0 || hidden.has(one.id)) return []
      const isSelected = one.id === annotation.selectedId
      return [{ ...viewOf(slice, one, label), id: String(one.id), look: lookOf(one, label), isSelected }]
    })
  }

  /** What is painted now, else the answer to the prompt: fainter while a newer one is on its way. */
  function atWork(slice: Slice): MaskView[] {
    const { session, chosen } = annotation
    if (painting.stroke !== null) {
      const { picture, colour } = painting.stroke
      const own = project.labels.find(({ id }) => id === painting.target?.labelId)?.opacity
      // The hand has to see what it paints, also where its label is all but invisible.
      const opacity = Math.max(0.2, own ?? display.opacity)
      return [{ id: 'stroke', picture, colour, opacity, look: 'solid', isSelected: true, hasOutline: false }]
    }
    const label = project.labels.find(({ id }) => id === session?.labelId)
    if (session === null || chosen === null || chosen.areaPx === 0 || label === undefined) return []
    const made = viewOf(slice, chosen, label)
    return [{ ...made, opacity: made.opacity * (isAnswered(session) ? 1 : 0.5), look: 'solid' }]
  }

  return computed(() => {
    const slice = view.slice
    return display.isBare || slice === null ? [] : [...ghosts.value, ...storedViews(slice), ...atWork(slice)]
  })
}

function lookOf({ status, origin }: Annotation, label: LabelClass): MaskLook {
  if (label.isLocked) return 'locked'
  return status === 'proposal' && origin !== 'drawn' ? 'proposed' : 'solid'
}
