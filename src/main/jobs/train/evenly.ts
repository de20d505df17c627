/** Where there are too many, so many of them as are wanted, evenly over their order. */
export function evenly<T>(items: readonly T[], most: number): T[] {
  const stride = Math.max(1, items.length / most)
  const wanted = new Set(
    Array.from({ length: Math.min(items.length, most) }, (_, index) => Math.floor(index * stride)),
  )
  return items.filter((_, index) => wanted.has(index))
}
