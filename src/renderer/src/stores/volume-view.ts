import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { crossPlaneId } from '../../../shared/domain/cross-plane'
import type { SliceId, SliceInVolume } from '../../../shared/domain/slice'
import { planeName, type PlaneName, type VolumeAxis } from '../../../shared/geometry/directions'
import { voxelWithin, type Voxel } from '../canvas/volume-place'
import { useProjectStore } from './project'
import { useSliceViewStore } from './slice-view'

export interface VolumePlane {
  readonly axis: VolumeAxis
  /** null where the file does not say how the volume lies */
  readonly name: PlaneName | null
}

const order = ['axial', 'sagittal', 'coronal'] as const

/** The planes of a volume in the order in which they are offered. */
function planesOf({ directions }: SliceInVolume): VolumePlane[] {
  const axes = [2, 0, 1] as const
  if (directions === null) return axes.map(axis => ({ axis, name: null }))
  const named = axes.map(axis => ({ axis, name: planeName(directions, axis) }))
  return named.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
}

/** The volume on the stage: the voxel that all its planes go through, and which planes are shown. */
export const useVolumeViewStore = defineStore('volume-view', () => {
  const project = useProjectStore()
  const view = useSliceViewStore()
  /** Whether the two other planes are shown beside the one that is worked on */
  const showsThree = ref(false)
  /** Where the planes cross */
  const cursor = shallowRef<Voxel>([0, 0, 0])
  let seriesOfCursor: number | null = null

  const volume = computed(() => view.slice?.volume ?? null)
  const planes = computed(() => (volume.value === null ? [] : planesOf(volume.value)))
  const sidePlanes = computed(() => planes.value.filter(({ axis }) => axis !== volume.value?.axis))

  /** @returns null where that plane of the file could not be read when it was added */
  function planeAt(axis: VolumeAxis, index: number): SliceId | null {
    const [shown, seriesId] = [volume.value, view.slice?.seriesId]
    if (shown === null || seriesId === undefined) return null
    if (axis !== shown.storedAxis) return crossPlaneId({ seriesId, axis, index })
    return project.sliceList.find(one => one.seriesId === seriesId && one.plane === index)?.id ?? null
  }

  /** Works on a plane across this axis, through the voxel of before. */
  function show(axis: VolumeAxis): void {
    const id = planeAt(axis, cursor.value[axis])
    if (id !== null && id !== view.wantedId) void view.open(id)
  }

  /** All planes go through another voxel. */
  function moveTo(voxel: Voxel): void {
    const shown = volume.value
    if (shown === null) return
    cursor.value = voxelWithin(shown, voxel)
    show(shown.axis)
  }

  /** The plane across an axis goes on. */
  function stepAlong(axis: VolumeAxis, by: number): void {
    const next: [number, number, number] = [...cursor.value]
    next[axis] += by
    moveTo(next)
  }

  // The plane that is worked on goes through the cursor; another volume is entered in its middle.
  watch(
    () => view.slice,
    slice => {
      if (!slice?.volume) return
      const { axis, sizes } = slice.volume
      const isKnown = slice.seriesId === seriesOfCursor
      const [x, y, z] = isKnown ? cursor.value : [sizes[0] >> 1, sizes[1] >> 1, sizes[2] >> 1]
      const next: [number, number, number] = [x, y, z]
      next[axis] = slice.plane ?? 0
      seriesOfCursor = slice.seriesId
      cursor.value = next
    },
    { immediate: true },
  )

  return { showsThree, cursor, volume, planes, sidePlanes, planeAt, show, moveTo, stepAlong }
})
