import type { Shape } from '../../tensor/shape'

/** NumPy's rule: align at the last axis, 1 stretches. @throws Error when the shapes do not fit */
export function broadcastShapes(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1
    const right = b[axis - rank + b.length] ?? 1
    if (left !== right && left !== 1 && right !== 1) {
      throw new Error(`[${a.join(', ')}] and [${b.join(', ')}] do not broadcast`)
    }
    return left === 1 ? right : left
  })
}
