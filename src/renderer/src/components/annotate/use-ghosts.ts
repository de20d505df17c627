import { computed, shallowRef, watch, type ComputedRef } from 'vue'
import type { Slice, SliceId } from '../../../../shared/domain/slice'
import type { MaskView } from '../../canvas/layers'
import { MaskPictures } from '../../canvas/mask-pictures'
import { cssColour, labelColour } from '../../canvas/palette'
import { useDisplayStore } from '../../stores/display'
import { useProjectStore } from '../../stores/project'
import { useSliceViewStore } from '../../stores/slice-view'
import { useVolumeViewStore } from '../../stores/volume-view'
import { ghostsOf } from './ghosts-of'

/** Outlines of what was accepted on the planes before and after, to go on from; only looked at. */
export function useGhosts(): ComputedRef<readonly MaskView[]> {
  const display = useDisplayStore()
  const project = useProjectStore()
  const view = useSliceViewStore()
  const volume = useVolumeViewStore()
  const neighbours = shallowRef<readonly Slice[]>([])
  const pictures = new MaskPictures()

  const wanted = computed<readonly SliceId[]>(() => {
    const slice = view.slice
    if (!display.showsGhosts || !slice?.volume || slice.plane === null) return []
    const { axis, sizes } = slice.volume
    const planes = [slice.plane - 1, slice.plane + 1].filter(plane => plane >= 0 && plane < sizes[axis])
    return planes.flatMap(plane => volume.planeAt(axis, plane) ?? [])
  })

  let asked = 0
  async function load(ids: readonly SliceId[]): Promise<void> {
    const mine = ++asked
    // A plane that cannot be read says so when it is opened.
    const loaded = await Promise.all(ids.map(id => view.look(id).catch(() => null)))
    if (mine === asked) neighbours.value = loaded.flatMap(one => one?.slice ?? [])
  }
  watch(
    () => wanted.value.map(id => [id, project.revisionOf(id)].join(':')).join(),
    () => void load(wanted.value),
    { immediate: true },
  )

  return computed(() => {
    // Those of the slice before are gone with it, even while the new ones are on their way.
    const shown = neighbours.value.filter(({ id }) => wanted.value.includes(id))
    return shown.flatMap(slice =>
      ghostsOf(slice, project.labels).map(({ id, runs, label }) => {
        const colour = labelColour(label.colour)
        return {
          id: `ghost-${id}`,
          picture: pictures.of(runs, slice, colour),
          colour: cssColour(colour),
          opacity: 0,
          look: 'ghost' as const,
          isSelected: false,
          hasOutline: true,
        }
      }),
    )
  })
}
