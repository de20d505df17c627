import { sizeOf } from '../../core/tensor/shape'
import type { Tensor } from '../../core/tensor/tensor'
import { tensor } from '../../core/tensor/tensor'
import { countOf } from '../../shared/text/count-of'
import type { FileRole } from './codec'

/**
 * Of several volumes in one file the first one is taken, and that is said; who asks for stored values gets all.
 *
 * @param all - [..., z, y, x]
 */
export function firstVolume(all: Tensor, role: FileRole): { pixels: Tensor; warnings: string[] } {
  const { shape, data, dtype } = all
  if (role === 'stored' || shape.length <= 3) return { pixels: all, warnings: [] }
  const own = shape.slice(-3)
  const count = sizeOf(shape.slice(0, -3))
  const warnings = count > 1 ? [`it holds ${countOf(count, 'volume')}, of which the first is taken`] : []
  return { pixels: tensor(dtype, own, data.slice(0, sizeOf(own))), warnings }
}
