import { countOf } from '../../shared/text/count-of'
import type { ExportWorld } from './exporter'

/** Says in the report that polygons have filled holes of masks. */
export function filledHoles(world: ExportWorld, masks: number): void {
  if (masks > 0)
    world.note(`${countOf(masks, 'mask')} with holes: polygons cannot hold them, so they are filled.`)
}
