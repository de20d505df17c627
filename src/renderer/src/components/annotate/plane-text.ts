import { t } from '../../locale'
import type { VolumePlane } from '../../stores/volume-view'

const axisNames = ['x', 'y', 'z'] as const

/** What a plane is called: axial, or by the axis it is cut across where the file does not say how it lies. */
export function planeText({ axis, name }: VolumePlane): string {
  return name === null ? t('annotate.plane.across', { axis: axisNames[axis] }) : t(`annotate.plane.${name}`)
}
