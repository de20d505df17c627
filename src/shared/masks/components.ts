/** Connected parts of a mask, numbered from 1 in the order in which a row-major scan meets them. */
export interface Components {
  /** [height, width]; 0 is background */
  readonly labels: Int32Array
  /** Pixels of each part; `sizes[k]` belongs to label k + 1 */
  readonly sizes: readonly number[]
}

/**
 * @param mask - [height, width], non-zero is foreground
 * @param connectivity - 4: over sides only; 8 (default): over corners too
 * @throws RangeError when the mask does not fill height x width
 */
export function labelComponents(
  mask: Uint8Array,
  height: number,
  width: number,
  connectivity: 4 | 8 = 8,
): Components {
  if (mask.length !== height * width) {
    throw new RangeError(`A mask of ${mask.length} pixels does not fill ${height} x ${width}`)
  }
  const labels = new Int32Array(mask.length)
  const pending = new Int32Array(mask.length)
  const sizes: number[] = []
  for (let seed = 0; seed < mask.length; seed++) {
    if (mask[seed] === 0 || labels[seed] !== 0) continue
    sizes.push(flood(seed, sizes.length + 1))
  }
  return { labels, sizes }

  /** Numbers everything connected to the seed. A pixel enters `pending` once, so the array is long enough. */
  function flood(seed: number, label: number): number {
    labels[seed] = label
    pending[0] = seed
    let size = 1
    for (let next = 0; next < size; next++) {
      const i = pending[next] ?? 0
      const y = Math.floor(i / width)
      const x = i - y * width
      for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
        for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
          const neighbour = v * width + u
          if (mask[neighbour] === 0 || labels[neighbour] !== 0) continue
          if (connectivity === 4 && u !== x && v !== y) continue
          labels[neighbour] = label
          pending[size++] = neighbour
        }
      }
    }
    return size
  }
}

/** The largest part as a mask of 0 and 1, the first of equals; null when the mask is empty. */
export function largestComponent({ labels, sizes }: Components): Uint8Array | null {
  if (sizes.length === 0) return null
  const label = 1 + sizes.indexOf(sizes.reduce((largest, size) => Math.max(largest, size)))
  return Uint8Array.from(labels, other => (other === label ? 1 : 0))
}
