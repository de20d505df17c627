/**
 * Linear interpolation between the two nearest ranks, as NumPy's default. Equal neighbours give their own value, also
 * where both are infinite.
 *
 * @param ascending - not empty
 * @param percent - 0 to 100
 */
export function percentile(ascending: ArrayLike<number>, percent: number): number {
  const rank = ((ascending.length - 1) * percent) / 100
  const below = ascending[Math.floor(rank)] ?? NaN
  const above = ascending[Math.ceil(rank)] ?? NaN
  return below === above ? below : below + (above - below) * (rank - Math.floor(rank))
}
